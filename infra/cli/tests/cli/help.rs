//! The help is part of the program: a change of it is seen.

use crate::support::run;

#[test]
fn every_command_tells_what_it_does() {
    let commands: [&[&str]; 17] = [
        &[],
        &["token"],
        &["token", "new"],
        &["token", "list"],
        &["token", "rotate"],
        &["token", "check"],
        &["send"],
        &["events"],
        &["show"],
        &["punches"],
        &["rejected"],
        &["rejected", "list"],
        &["rejected", "show"],
        &["rejected", "replay"],
        &["reconcile"],
        &["doctor"],
        &["completions"],
    ];
    for command in commands {
        let ran = run(&[command, &["--help"]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command:?}");
        assert!(ran.out.lines().all(|line| line.chars().count() <= 100), "{command:?} is wide");
        insta::assert_snapshot!(format!("help {}", command.join(" ")).trim().replace(' ', "-"), ran.out);
    }
}

#[test]
fn a_wrong_command_line_is_2_and_says_what_is_meant() {
    for (args, expected) in [
        (&["evnts"][..], "events"),
        (&["send", "post-punches"], "--sample"),
        (&["send", "post-punch", "--sample"], "post-punches"),
        (&["send", "--sample"], "<OPERATION>"),
        (&["events", "--since", "yesterday"], "2026-11-23"),
        (&["token", "new", "--customer", "Securitime"], "2/Securitime"),
        (&["token", "list", "--local", "--stack", "a"], "cannot be used with"),
        (&["rejected", "list", "--json", "--csv"], "cannot be used with"),
        (&["rejected", "list", "--reason", "unknown"], "invalid-json"),
        (&["rejected", "show", "a", "--csv"], "unexpected argument"),
        (&["show", "a", "--csv"], "unexpected argument"),
    ] {
        let ran = run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.contains(expected), "{args:?}: {}", ran.err);
    }
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(&["completions", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
        assert!(ran.out.contains("dataconnect") && ran.out.contains("all-samples"), "{shell}");
    }
}
