//! Finding a receiver.

use dataconnect::payload::POST_NOTES;
use tests::receiver::{Receiver, stack};

use crate::support::aws::{Aws, Says};
use crate::support::{Ran, run, run_beside};

const ENTRY: &str = "wfx:1111111111111111111111111111111111111111111111111111111111111111";

pub(crate) async fn beside(aws: &Aws, args: &[&str]) -> Ran {
    let environment = aws.environment();
    let environment: Vec<_> = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    run_beside(args, &environment).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_says_its_tokens() {
    let parameters = vec![("AccessTokens", ENTRY.to_owned())];
    let aws = Aws::start(Says { parameters, ..Says::default() }).await;
    let ran = beside(&aws, &["token", "list", "--json"]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.json()[0]["name"], "wfx");

    let other = beside(&aws, &["token", "list", "--stack", "dataconnect-prod"]).await;
    assert_eq!((other.code, other.out.as_str()), (3, ""));
    assert!(other.err.contains("no stack dataconnect-prod in us-east-1"), "{}", other.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_is_asked_for_by_its_arn_goes_by_its_name() {
    let aws = Aws::start(Says::default()).await;
    let arn = "arn:aws:cloudformation:us-east-1:123456789012:stack/dataconnect/8e5c";
    let ran = beside(&aws, &["token", "list", "--stack", arn]).await;
    assert!(ran.err.contains("the stack dataconnect has no AccessTokens"), "{}", ran.err);
}

#[test]
fn what_is_missing_is_named_with_what_to_do() {
    let local = run(&["token", "list", "--local", "--folder", "/nonexistent"]);
    assert_eq!(local.code, 3);
    assert!(local.err.contains("make run"), "{}", local.err);
    let region = run(&["token", "list"]);
    assert_eq!(region.code, 3);
    assert!(region.err.contains("--region"), "{}", region.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_knows_the_tokens_nothing_is_taken_in() {
    let receiver = Receiver::of(&POST_NOTES);
    let seen = receiver.send(r#"{"CustomerId":2,"Tenant":""}"#).await;
    let (stack, aws) = (stack(), Aws::start(Says::default()).await);
    let table = |output: &str| stack.table(output).unwrap().to_owned();
    let tables = ["WorkOrdersTable", "PunchesTable", "IncidentsTable", "NotesTable"].map(table);
    let options = ["--work-orders-table", "--punches-table", "--incidents-table", "--notes-table"];
    let mut args = vec!["rejected", "replay", seen.text("requestId"), "--yes", "--bucket", stack.bucket().unwrap()];
    args.extend(options.iter().zip(&tables).flat_map(|(option, table)| [*option, table.as_str()]));
    let ran = beside(&aws, &args).await;
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    assert!(ran.err.contains("not known which tokens") && ran.err.contains("--vouched-by"), "{}", ran.err);
}
