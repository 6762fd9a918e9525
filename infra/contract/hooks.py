"""What schemathesis has to know about the local server."""

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """Says of a body that is no text that it is bytes.

    `cargo lambda watch` passes a body that claims to be JSON on as text, and answers 500 by itself where it is none. As
    bytes it reaches the function, which does not look at the Content-Type.
    """
    if isinstance(case.body, bytes):
        try:
            case.body.decode()
        except UnicodeDecodeError:
            case.headers["Content-Type"] = "application/octet-stream"
