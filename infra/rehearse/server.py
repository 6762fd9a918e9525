"""The account that is deployed to: ministack, on loopback, asked over TLS, with its IAM switched on."""

import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from http import HTTPStatus
from pathlib import Path

import boto3
import trustme
from botocore.config import Config

REGION = "us-east-1"

# ministack takes these two for the account's root, which may do everything; the functions get keys of their roles.
ROOT = {"AWS_ACCESS_KEY_ID": "rehearsal", "AWS_SECRET_ACCESS_KEY": "rehearsal"}

STARTS_WITHIN = 60
ENDS_WITHIN = 10


class Server:
    """ministack with all of its files in one folder, from `start` to `stop`."""

    def __init__(self, folder: Path, logs: Path):
        self.folder = folder
        self.logs = logs
        self.port = free_port()
        self.address = f"https://127.0.0.1:{self.port}"
        self.ca = folder / "ca.pem"
        self.log = logs / "ministack.log"
        self.process = None

    def environment(self) -> dict[str, str]:
        """For every program that asks this account: it knows no other, whatever the user's own settings are."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        direct = ",".join(filter(None, (kept.get("NO_PROXY") or kept.get("no_proxy"), "127.0.0.1,localhost")))
        return {
            **kept,
            **ROOT,
            "AWS_ENDPOINT_URL": self.address,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CA_BUNDLE": str(self.ca),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": direct,
            "no_proxy": direct,
            "SAM_CLI_TELEMETRY": "0",
        }

    def start(self) -> None:
        certificate, key = make_certificate(self.folder, self.ca)
        files = self.folder / "files"
        files.mkdir()
        environment = {
            **self.environment(),
            "AUTH": "true",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": REGION,
            "LAMBDA_EXECUTOR": "local",
            "STATE_DIR": str(self.folder / "state"),
            "TMPDIR": str(files),
            # It would listen on every interface for these two.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(certificate),
            "MINISTACK_SSL_KEY": str(key),
            # The functions inherit it.
            "SSL_CERT_FILE": str(self.ca),
        }
        command = [sys.executable, "-m", "hypercorn", "ministack.app:app", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--certfile", str(certificate), "--keyfile", str(key)]
        with self.log.open("wb") as log:
            # A session of its own: `stop` ends it and the functions that it started, and Ctrl-C reaches it through us.
            self.process = subprocess.Popen(
                command, cwd=files, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        end = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < end and self.process.poll() is None:
            connection = self.connection()
            try:
                connection.request("GET", "/_ministack/health")
                if connection.getresponse().status == HTTPStatus.OK:
                    return
            except OSError:
                time.sleep(0.2)
            finally:
                connection.close()
        raise RuntimeError(f"ministack did not start:\n{self.tail()}")

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def stop(self) -> None:
        """Ends ministack, and then what is left of the functions that it started."""
        if self.process is None or self.process.returncode is not None:
            return
        end_group(self.process.pid, signal.SIGTERM)
        end = time.monotonic() + ENDS_WITHIN
        # Not yet reaped, it keeps the number of its group from being given to anybody else.
        ended = os.WEXITED | os.WNOWAIT | os.WNOHANG
        while os.waitid(os.P_PID, self.process.pid, ended) is None and time.monotonic() < end:
            time.sleep(0.1)
        end_group(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def connection(self) -> http.client.HTTPSConnection:
        trust = ssl.create_default_context(cafile=self.ca)
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=trust, timeout=60)

    def client(self, service: str, keys: dict[str, str] | None = None):
        """A client of the account's root, or of the role whose keys these are."""
        root = {"aws_access_key_id": ROOT["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": ROOT["AWS_SECRET_ACCESS_KEY"]}
        return boto3.client(
            service,
            endpoint_url=self.address,
            region_name=REGION,
            verify=str(self.ca),
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}, proxies={}),
            **(keys or root),
        )

    def client_as(self, role: str, service: str):
        """A client that may do what the role may, and nothing else."""
        arn = self.client("iam").get_role(RoleName=role)["Role"]["Arn"]
        keys = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="rehearsal")["Credentials"]
        return self.client(
            service,
            {
                "aws_access_key_id": keys["AccessKeyId"],
                "aws_secret_access_key": keys["SecretAccessKey"],
                "aws_session_token": keys["SessionToken"],
            },
        )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def make_certificate(folder: Path, ca: Path) -> tuple[Path, Path]:
    """The bucket's policy refuses what does not come over TLS, so there has to be some."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(ca))
    issued = authority.issue_cert("127.0.0.1", "localhost")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(key))
    return certificate, key


def end_group(leader: int, how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, how)
