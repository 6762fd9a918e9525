#!/bin/sh
# Installs the peers below a folder: install.sh FOLDER. Then FOLDER/python/bootstrap and FOLDER/node/bootstrap are the
# two functions. Does nothing where that is done already.
set -eu

[ $# = 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
target=$(cd "$1" && pwd)
PYTHON=${PYTHON:-$(command -v python3.11 || echo python3)}

for needed in "$PYTHON" node npm cc c++ make; do
    command -v "$needed" >/dev/null || { echo "The peers need $needed, which is missing." >&2; exit 1; }
done

# The files and the versions that an installation is made of.
made_of() {
    (cd "$here" && cksum install.sh "$1"/*)
    "$PYTHON" --version
    node --version
}

# Whether a peer is as it should be. Clears its folder if not.
is_installed() {
    [ "$(made_of "$1")" = "$(cat "$target/$1/installed" 2>/dev/null)" ] && return
    echo "Installing the $1 peer into $target/$1"
    rm -rf "${target:?}/$1"
    cp -R "$here/$1" "$target/$1"
    return 1
}

# Runs a command, whose output is shown only where it fails.
quietly() {
    "$@" >"$target/log" 2>&1 || { cat "$target/log" >&2; exit 1; }
}

install_python() {
    quietly "$PYTHON" -m venv venv
    quietly venv/bin/python -m pip install --disable-pip-version-check -r requirements.txt
    quietly venv/bin/python -m compileall app.py
}

install_node() {
    quietly npm ci --ignore-scripts --no-audit --no-fund
    quietly npm run build
    build_runtime_client
}

# aws-lambda-ric comes as source. Its own script builds the curl that it brings with autoconf, automake and libtool; cmake
# builds the same curl without those, and comes from PyPI. The last version for Node 20 is 3.3.0.
build_runtime_client() {
    quietly "$PYTHON" -m venv venv
    quietly venv/bin/python -m pip install --disable-pip-version-check -r requirements.txt
    cmake=$PWD/venv/bin/cmake
    client=$PWD/node_modules/aws-lambda-ric
    artifacts=$client/deps/artifacts
    . "$client/deps/versions"
    cmake_install "curl-$CURL_VERSION" "curl-curl-$CURL_VERSION" -DBUILD_CURL_EXE=OFF -DBUILD_SHARED_LIBS=OFF \
        -DBUILD_TESTING=OFF -DHTTP_ONLY=ON -DCURL_ENABLE_SSL=OFF -DCURL_USE_LIBSSH2=OFF -DCURL_ZLIB=OFF -DUSE_LIBIDN2=OFF
    cmake_install "aws-lambda-cpp-$AWS_LAMBDA_CPP_RELEASE" "aws-lambda-cpp-$AWS_LAMBDA_CPP_RELEASE"
    # Node's headers, where they came with it; node-gyp fetches them otherwise.
    prefix=$(node -p 'path.resolve(process.execPath, "../..")')
    [ ! -e "$prefix/include/node/node_api.h" ] || export npm_config_nodedir="$prefix"
    (cd "$client" && quietly npx node-gyp rebuild && cp build/Release/rapid-client.node dist/)
}

# cmake_install ARCHIVE FOLDER OPTION…: one of the libraries that aws-lambda-ric brings.
cmake_install() {
    (cd "$client/deps" && tar xzf "$1.tar.gz")
    source=$client/deps/$2
    shift 2
    quietly "$cmake" -S "$source" -B "$source/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
        -DCMAKE_INSTALL_PREFIX="$artifacts" -DCMAKE_PREFIX_PATH="$artifacts" "$@"
    quietly "$cmake" --build "$source/build" --target install
}

for peer in python node; do
    if ! is_installed "$peer"; then
        cd "$target/$peer"
        "install_$peer"
        made_of "$peer" >"$target/$peer/installed"
    fi
done
