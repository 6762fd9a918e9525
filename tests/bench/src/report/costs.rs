//! The tables of what a warm event costs: on each path, by its body, and by its record's revisions.

use std::fmt::Write;

use anyhow::Result;

use crate::bed::BODY;
use crate::growth::{Cost, Growth};
use crate::measure::precise;
use crate::paths::{OF_PATHS, PathCost};
use crate::standing::MAX_ENTRIES;
use crate::subject::RECEIVER;

use super::thousands;

/// The section with all three.
pub(crate) fn section(paths: &[PathCost], growth: &Growth) -> Result<String> {
    let mut page = String::new();
    writeln!(
        page,
        "## Paths of an event, and growth

Instructions of a warm event, counted by callgrind. It has no SHA instructions, so that hashing counts for more here than it does
on a processor that has them.
"
    )?;
    of_paths(&mut page, paths)?;
    writeln!(page)?;
    growing(&mut page, &growth.by_body, &format!("`{RECEIVER}`, an event's body in bytes"), "byte")?;
    writeln!(
        page,
        "\nThe last column is what each byte takes that a body has more than the one above; members are sorted by name, which \
         takes a little more a byte the more there are. A record holds 400 KB: the members of a longer body stay out of \
         it, and its archived body alone has them.\n"
    )?;
    growing(
        &mut page,
        &growth.by_revisions,
        &format!("`{RECEIVER}`, revisions of the record that is corrected"),
        "revision",
    )?;
    writeln!(
        page,
        "\nA correction of {BODY} bytes. DynamoDB refuses its first write with the record that is there, history and \
         all; the second one writes both. A history keeps {MAX_ENTRIES} entries: after them, a revision more takes no more."
    )?;
    Ok(page)
}

fn of_paths(page: &mut String, paths: &[PathCost]) -> Result<()> {
    writeln!(page, "| `{OF_PATHS}` | bytes of the body | answer | in thousands | times accepted |")?;
    writeln!(page, "| --- | --- | --- | --- | --- |")?;
    for PathCost { name, course, body_bytes, instructions, times_accepted } in paths {
        let outcome = course.outcome(OF_PATHS).map(|outcome| format!(", {outcome}")).unwrap_or_default();
        let answer = format!("{}{outcome}", course.status());
        writeln!(page, "| {name} | {body_bytes} | {answer} | {} | {times_accepted:.2} |", thousands(*instructions))?;
    }
    writeln!(
        page,
        "\nThe accepted one is long by the elements of an array that the vendor documents; the one with drift by as many \
         members that it does not, each noted on the record. The rejected one has no id: its body is archived, and no \
         record made. The duplicate's two writes are both refused, by what the first one left. The unauthorized one has no \
         token, and nothing is written."
    )?;
    Ok(())
}

fn growing(page: &mut String, costs: &[Cost], of: &str, unit: &str) -> Result<()> {
    writeln!(page, "| {of} | in thousands | a {unit} | each {unit} more |")?;
    writeln!(page, "| --- | --- | --- | --- |")?;
    let before = std::iter::once(None).chain(costs.iter().map(Some));
    for (cost, before) in costs.iter().zip(before) {
        let (size, instructions) = (precise(cost.size), precise(cost.instructions));
        let more = before.map_or_else(String::new, |before| {
            format!("{:.0}", (instructions - precise(before.instructions)) / (size - precise(before.size)))
        });
        let row = [cost.size.to_string(), thousands(cost.instructions), format!("{:.0}", instructions / size), more];
        writeln!(page, "| {} |", row.join(" | "))?;
    }
    Ok(())
}
