//! How long a token's check takes tells nothing of the tokens that are on the list. Counted in instructions, under
//! valgrind: a clock would have to be believed. What is counted is the profile that the test is built with; and it is a
//! count: two instructions that take unlike times are one and the other.

use std::env;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use dataconnect::auth::{AccessList, Gate, Unauthorized};
use dataconnect::digest::Digest;
use jiff::Timestamp;
use lambda_http::http::HeaderMap;
use lambda_http::http::header::AUTHORIZATION;

/// In whose environment it stands is the process that is counted.
const COUNTED: &str = "DATACONNECT_COUNTED";

/// What strangers present: of one length, and on no list.
const PRESENTED: [&str; 3] = ["dc_a-stranger's-token-1", "dc_a-stranger's-token-2", "dc_another-who-guesses1"];

/// Entries on each list.
const ENTRIES: usize = 4;

/// A list on which no presented token is: this entry has its digest but for what follows the first bytes, so many.
#[derive(Debug, Clone, Copy)]
struct Case {
    presented: &'static str,
    nearest: usize,
    agreeing: usize,
}

fn cases() -> Vec<Case> {
    let presented = PRESENTED.into_iter().flat_map(|presented| (0..ENTRIES).map(move |nearest| (presented, nearest)));
    presented
        .flat_map(|(presented, nearest)| [0, 1, 16, 31].map(|agreeing| Case { presented, nearest, agreeing }))
        .collect()
}

impl Case {
    fn headers(self) -> HeaderMap {
        [(AUTHORIZATION, format!("Bearer {}", self.presented).parse().unwrap())].into_iter().collect()
    }

    fn list(self) -> AccessList {
        let presented = *Digest::of(self.presented.as_bytes()).as_bytes();
        let entry = |index: usize| {
            // All others differ from the first byte on, and from one another.
            let mut digest = presented.map(|byte| !byte);
            digest[31] = u8::try_from(index).unwrap();
            if index == self.nearest {
                digest[..self.agreeing].copy_from_slice(&presented[..self.agreeing]);
                // The least that two digests may differ by.
                digest[31] = presented[31] ^ 1;
            }
            let hex: Vec<_> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("entry-{index}:{}", hex.concat())
        };
        (0..ENTRIES).map(entry).collect::<Vec<_>>().join(",").parse().expect("a list")
    }
}

/// The product's check.
#[inline(never)]
fn counted_admission(gate: &Gate, headers: &HeaderMap, now: Timestamp) -> bool {
    black_box(gate.admit(headers, now).is_ok())
}

/// A check that stops at the first byte that differs, as `==` may.
#[inline(never)]
fn counted_early_exit(list: &AccessList, headers: &HeaderMap) -> bool {
    let presented = headers[AUTHORIZATION].as_bytes().strip_prefix(b"Bearer ").map(Digest::of).unwrap();
    let agree = |digest: &Digest| digest.as_bytes().iter().zip(presented.as_bytes()).all(|(one, other)| one == other);
    black_box(list.entries().iter().any(|entry| agree(&entry.digest)))
}

/// What the counted process does: each case once by each of the two, the product's first.
fn check_all() {
    let now = Timestamp::UNIX_EPOCH;
    for case in [cases()[0]].into_iter().chain(cases()) {
        let (headers, list) = (case.headers(), case.list());
        let gate = Gate::Tokens(list.clone());
        assert_eq!(gate.admit(&headers, now).map(drop), Err(Unauthorized::Unknown), "{case:?}");
        assert!(!counted_admission(&gate, &headers, now) && !counted_early_exit(&list, &headers), "{case:?}");
    }
}

/// The instructions of each call of a function in the counted process, in their order.
fn counts(function: &str, folder: &Path) -> Vec<u64> {
    let output = folder.join(function);
    let valgrind = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no"])
        .arg(format!("--callgrind-out-file={}", output.display()))
        .arg(format!("--toggle-collect={}::{function}", module_path!()))
        .arg(format!("--dump-after={}::{function}", module_path!()))
        .arg(env::current_exe().unwrap())
        .args(["--exact", TEST, "--include-ignored", "--test-threads=1"])
        .env(COUNTED, "1")
        .output();
    let valgrind = valgrind.expect("valgrind is there: on Debian and Ubuntu, apt-get install valgrind");
    assert!(valgrind.status.success(), "{valgrind:?}");
    // One file a call, numbered from 1; what is left at the end has no number.
    let dumps = (1..).map_while(|number| fs::read_to_string(format!("{}.{number}", output.display())).ok());
    let totals =
        dumps.filter_map(|dump| Some(dump.lines().find_map(|line| line.strip_prefix("totals: "))?.parse().unwrap()));
    // The first call finds out what the processor can do.
    totals.skip(1).take(cases().len()).collect()
}

/// The name of the test below.
const TEST: &str = "timing::the_check_of_an_unknown_token_takes_as_many_instructions_however_near_it_comes";

#[test]
#[ignore = "needs valgrind; `make test` runs it"]
fn the_check_of_an_unknown_token_takes_as_many_instructions_however_near_it_comes() {
    if env::var_os(COUNTED).is_some() {
        return check_all();
    }
    let folder = tempfile::tempdir().unwrap();
    let [product, early_exit] = ["counted_admission", "counted_early_exit"].map(|name| counts(name, folder.path()));
    assert_eq!((product.len(), early_exit.len()), (cases().len(), cases().len()), "{product:?} {early_exit:?}");

    eprintln!("{} cases, {} instructions each", product.len(), product[0]);
    for (case, count) in cases().iter().zip(&product) {
        assert!(*count > 1_000, "{case:?}: {count} are no check of a token");
        assert_eq!(*count, product[0], "{case:?}");
    }
    // What is asked of the product can be missed: where the check stops early, the count tells how near one came.
    for (cases, counts) in cases().chunks(4).zip(early_exit.chunks(4)) {
        assert!(counts.is_sorted_by(|fewer, more| fewer < more), "{cases:?}: {counts:?}");
    }
}
