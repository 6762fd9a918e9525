//! The logs, searched for what may not stand there.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use aho_corasick::AhoCorasick;

/// What was searched, and found.
#[derive(Debug, Default)]
pub struct Search {
    /// Lines read.
    pub lines: usize,
    /// Texts that were looked for.
    pub secrets: usize,
    /// The lines with one of them, by file and number: the line itself is not to be shown.
    pub leaks: Vec<String>,
}

/// Searches every file of a folder.
pub(super) fn search(folder: &Path, secrets: &[String]) -> anyhow::Result<Search> {
    let automaton = AhoCorasick::new(secrets)?;
    let mut search = Search { secrets: secrets.len(), ..Search::default() };
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        for (number, line) in BufReader::new(File::open(&path)?).split(b'\n').enumerate() {
            search.lines += 1;
            if automaton.is_match(&line?) {
                search.leaks.push(format!("{}:{}", path.display(), number + 1));
            }
        }
    }
    Ok(search)
}
