//! `token`, of entries that are given.

use dataconnect::auth::AccessList;
use dataconnect::digest::Digest;

use crate::support::{run, run_with};

const OLD: &str = "wfx:1111111111111111111111111111111111111111111111111111111111111111:for=2/Securitime";

/// The words of a text that are tokens.
fn tokens(text: &str) -> Vec<&str> {
    text.split_whitespace().filter(|word| word.starts_with("dc_")).collect()
}

#[test]
fn a_new_token_is_shown_once_beside_the_entry_that_accepts_it() {
    let args = ["token", "new", "--name", "wfx", "--expires", "2030-06-30", "--customer", "2/A B", "--customer", "3/C"];
    let (one, other) = (run(&args), run(&args));
    assert_eq!(one.code, 0, "{}", one.err);
    let [token] = tokens(&one.out)[..] else { panic!("one token: {}", one.out) };
    assert_ne!(tokens(&other.out), [token]);

    let entry = format!("wfx:{}:expires=2030-06-30:for=2/A%20B+3/C", Digest::of(token.as_bytes()));
    assert!(one.out.contains(&entry), "{}", one.out);
    let shown = one.out.replace(token, "[TOKEN]").replace(&Digest::of(token.as_bytes()).to_string(), "[DIGEST]");
    insta::assert_snapshot!("token-new", shown);

    let json = &run(&[&args[..], &["--json"]].concat()).json()[0];
    assert!(
        json["entry"].as_str().unwrap().contains(&Digest::of(json["token"].as_str().unwrap().as_bytes()).to_string())
    );
}

#[test]
fn a_new_token_and_a_rotation_are_csv_where_that_is_asked_for() {
    for (args, headings) in [
        (&["token", "new", "--csv"][..], "token,entry"),
        (&["token", "rotate", "--tokens", OLD, "--csv"], "token,access tokens"),
    ] {
        let ran = run(args);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let lines: Vec<_> = ran.out.lines().collect();
        assert_eq!((lines.len(), lines[0]), (2, headings));
        assert!(lines[1].starts_with("dc_"), "{}", ran.out);
    }
}

#[test]
fn a_name_that_no_deployment_takes_makes_no_token() {
    let ran = run(&["token", "new", "--name", "w f x"]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    assert!(ran.err.contains("must begin with a name"), "{}", ran.err);
}

#[test]
fn tokens_are_listed_with_their_last_day_and_no_digest_in_full() {
    let other = "old:2222222222222222222222222222222222222222222222222222222222222222:expires=2020-01-31";
    let setting = format!("{OLD},{other}");
    let ran = run(&["token", "list", "--tokens", &setting, "--csv"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(lines[0], "name,state,last day,for,digest");
    assert_eq!(lines[1], "wfx,accepted,none,2/Securitime,1111111111111111");
    assert!(
        lines[2].starts_with("old,expired ") && lines[2].ends_with(" days ago,2020-01-31,everybody,2222222222222222")
    );
    insta::assert_snapshot!("token-list", run(&["token", "list", "--tokens", OLD]).out);
}

#[test]
fn a_rotation_adds_the_new_one_bound_alike_and_dates_the_old_one() {
    let ran = run(&["token", "rotate", "--tokens", OLD, "--name", "wfx-2027", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let json = &ran.json()[0];
    let list: AccessList = json["accessTokens"].as_str().unwrap().parse().unwrap();
    let [old, new] = list.entries() else { panic!("two entries") };
    assert_eq!((old.name.as_str(), new.name.as_str()), ("wfx", "wfx-2027"));
    assert_eq!((old.expires.is_some(), new.expires), (true, None));
    assert_eq!(old.bound_to, new.bound_to);
    assert_eq!(new.digest, Digest::of(json["token"].as_str().unwrap().as_bytes()));

    let shown = run(&["token", "rotate", "--tokens", OLD, "--name", "wfx-2027"]);
    assert_eq!(tokens(&shown.out).len(), 1);
    assert!(shown.out.contains("\"AccessTokens=wfx:1111") && shown.out.contains("sam build && sam deploy"));
}

#[test]
fn a_token_is_checked_from_standard_input_and_its_text_is_not_repeated() {
    let tokens = format!("wfx:{}:for=2/Securitime", Digest::of(b"dc_known"));
    let check = |token: &str| run_with(&["token", "check", "--tokens", &tokens], &[], token);
    let known = check("dc_known\n");
    assert_eq!(known.code, 0, "{}", known.err);
    insta::assert_snapshot!("token-check", known.out);

    let unknown = check("dc_unknown\n");
    assert_eq!(unknown.code, 1);
    assert!(unknown.out.contains("no entry has its digest") && !unknown.out.contains("dc_"));
    assert_eq!(check("").code, 3, "nothing to check");
}
