//! `doctor`: what is wrong with a receiver, or risky.
//!
//! [`facts`] is what there is to know, [`rules`] what it means: pure functions, which need no AWS. `gather` asks.

pub mod facts;
mod finding;
mod gather;
pub mod rules;

use std::io::Write;

use crate::cli::DoctorArgs;
use crate::connect::{Place, Receiver};
use crate::exit::Exit;
use crate::output::Report;

pub use finding::{Finding, Severity};

/// Examines the receiver that is meant, and shows what was found, the gravest first. Exits by the gravest.
///
/// # Errors
/// If there is no such receiver. What cannot be asked of it is a finding.
pub async fn run(args: DoctorArgs) -> anyhow::Result<Exit> {
    let receiver = Receiver::find(&args.target).await?;
    let facts = gather::facts(&receiver).await?;
    let mut findings = rules::examine(&facts);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));

    let report = Report::new(args.view);
    report.print(&findings)?;
    if report.for_people() {
        writeln!(anstream::stdout(), "\n{}", summary(&findings))?;
    }
    Ok(findings.iter().map(|finding| exit(finding.severity, &receiver.place)).max().unwrap_or(Exit::Good))
}

/// What the shell is told. That a stack does not answer is no good news; of a local receiver nobody could say more.
fn exit(severity: Severity, place: &Place) -> Exit {
    match (severity, place) {
        (Severity::Unverified, Place::Stack(_)) => Exit::Bad,
        _ => severity.exit(),
    }
}

fn summary(findings: &[Finding]) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    format!(
        "{} urgent, {} to look at, {} not verified, {} as it should be",
        count(Severity::Urgent),
        count(Severity::Warning),
        count(Severity::Unverified),
        count(Severity::Good)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_that_does_not_answer_is_not_as_it_should_be() {
        assert_eq!(exit(Severity::Unverified, &Place::Stack("dataconnect".to_owned())), Exit::Bad);
        assert_eq!(exit(Severity::Unverified, &Place::Named), Exit::Good);
        assert_eq!(exit(Severity::Urgent, &Place::Named), Exit::Urgent);
    }
}
