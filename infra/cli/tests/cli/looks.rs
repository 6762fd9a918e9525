//! How answers look: colours where they are wanted, none in a pipe, and tables no wider than the terminal.

use crate::support::{run, run_with};

const ENTRY: &str = "wfx:1111111111111111111111111111111111111111111111111111111111111111";
const ESCAPE: char = '\u{1b}';

#[test]
fn colours_are_for_terminals_and_never_where_no_color_is_set() {
    let list = ["token", "list", "--tokens", ENTRY];
    assert!(!run(&list).out.contains(ESCAPE), "a pipe has no colours");
    assert!(run_with(&list, &[("CLICOLOR_FORCE", "1")], "").out.contains(ESCAPE), "they are asked for");
    assert!(!run_with(&list, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], "").out.contains(ESCAPE));
    assert!(!run_with(&[&list[..], &["--json"]].concat(), &[("CLICOLOR_FORCE", "1")], "").out.contains(ESCAPE));
}

#[test]
fn a_reader_that_has_read_enough_is_no_fault() {
    let script = format!(
        "{} completions bash | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_dataconnect")
    );
    let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "0\n");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
