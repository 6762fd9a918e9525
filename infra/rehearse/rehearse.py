"""Rehearses a deployment: builds the functions, deploys the stack with SAM to an account of our own on loopback, sends
events, takes permissions away, updates the stack, deletes it, and looks each time at what came of it.

Run it from the root of the repository, with the packages of requirements.txt and with SAM and cargo-lambda in
.dataconnect/tools:

    python infra/rehearse/rehearse.py              # builds first, which takes minutes the first time
    python infra/rehearse/rehearse.py --no-build   # deploys what the last rehearsal built

The account is ministack, with its IAM switched on. It shows that template, roles and functions fit each other. It does
not show what AWS makes of a property's value, nor how fast anything is.
"""

import argparse
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import downstream
import events
import lifecycle
import rights
import watching
from deployment import BUILD, LEFT_OUT, Deployment
from receiver import Receiver, Token
from server import Server

WORK = Path(".dataconnect/rehearsed")


class Results:
    """Each check's verdict, printed when it is there."""

    def __init__(self):
        self.verdicts: list[bool] = []

    def of(self, check: Callable[..., Iterator[str] | None], *arguments: object) -> bool:
        """Whether the check found nothing. It may yield faults, or do something that fails or does not."""
        start = time.monotonic()
        try:
            faults = list(check(*arguments) or ())
        # One check that breaks down is one that fails; the next ones may still tell something.
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            faults = [f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"]
        self.verdicts.append(not faults)
        name = check.__name__.replace("_", " ")
        print("FAIL" if faults else "ok  ", f"{name} ({time.monotonic() - start:.1f} s)", flush=True)
        for fault in faults:
            print("    ", str(fault).replace("\n", "\n      "), flush=True)
        return not faults


def rehearse(server: Server, results: Results, build: bool) -> None:
    """Each step as far as the ones that it needs were good."""
    check = results.of
    if not check(lifecycle.an_account_starts, server):
        return
    stack = Deployment(server)
    if build:
        print(f"The functions are being built, which takes minutes the first time: {WORK}/sam-build.log", flush=True)
        if not check(lifecycle.sam_builds_the_functions, stack):
            return
    token, bound, rotated = Token("wfx-one"), Token("elsewhere", bound_to="9/Elsewhere"), Token("wfx-two")
    if not check(lifecycle.a_function_is_built_for_each_operation):
        return
    if not check(lifecycle.sam_creates_the_stack, stack, token, bound):
        return
    receiver = Receiver(server, stack)
    if check(lifecycle.the_api_gets_its_routes, receiver, stack):
        send_events(check, receiver, stack, token, bound)
        if check(lifecycle.sam_updates_the_stack, stack, receiver, rotated, bound):
            check(lifecycle.the_api_gets_its_routes, receiver, stack)
            check(lifecycle.the_new_token_is_taken_and_the_old_one_is_not, receiver, token, rotated)
    check(lifecycle.deleting_the_stack_leaves_the_data, stack, receiver, server)


def send_events(check: Callable, receiver: Receiver, stack: Deployment, token: Token, bound: Token) -> None:
    check(lifecycle.each_function_is_the_one_of_its_route, receiver)
    check(rights.the_api_may_call_each_function, receiver, stack)
    check(events.without_a_token_nothing_is_written, receiver)
    check(events.every_operation_stores_its_event, receiver, token)
    check(events.a_repeat_changes_nothing, receiver, token)
    check(events.a_token_of_another_customer_is_refused, receiver, bound)
    check(events.what_is_no_json_is_refused, receiver, token)
    check(rights.a_role_writes_to_its_own_place_alone, receiver)
    check(rights.each_function_may_log_and_trace, receiver)
    check(rights.the_bucket_takes_nothing_without_tls, receiver)
    check(rights.without_its_table_nothing_is_lost, receiver, token)
    check(rights.without_the_archive_nothing_is_lost, receiver, token)
    for each in downstream.CHECKS if stack.parameters.get("Downstream") == "true" else ():
        check(each, receiver, stack, token)
    check(events.each_function_logs_to_its_group_and_tells_nobody, receiver, token, bound)
    check(watching.each_alarm_looks_at_something_that_is_there, receiver, stack)


def on_signals(handler: Callable | signal.Handlers) -> None:
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def main() -> int:
    arguments = argparse.ArgumentParser(description="Rehearses a deployment on this machine.")
    arguments.add_argument("--no-build", action="store_true", help=f"deploy what is in {BUILD}")
    build = not arguments.parse_args().no_build
    if sys.platform != "linux":
        sys.exit("The functions are programs for Linux, and run here as they are: rehearse on Linux.")
    on_signals(lambda number, _: sys.exit(128 + number))
    WORK.mkdir(parents=True, exist_ok=True)
    results = Results()
    with tempfile.TemporaryDirectory(prefix="rehearsal-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder), WORK)
        try:
            rehearse(server, results, build)
        finally:
            # Whatever ends the rehearsal ends what it started, and is not itself cut short.
            on_signals(signal.SIG_IGN)
            server.stop()
    for what, why in LEFT_OUT.items():
        print(f"left out: {what}, because {why}")
    failed = results.verdicts.count(False)
    print(f"{len(results.verdicts) - failed} passed, {failed} failed (logs: {WORK})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
