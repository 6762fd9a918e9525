//! `make run`, as a newcomer meets it: what it prints works as printed, it leaves nothing behind, and it goes on where
//! it stopped.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use serde_json::Value;
use tests::fixtures::{root, sample};

use crate::run::{READY, Terminal, env_file, free_ports, make_run, stop, stores};

/// The words of a line as a shell reads them, which has nothing but blanks and single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![];
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// A printed curl, taken apart.
struct Curl {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    file: String,
}

impl Curl {
    fn of(line: &str) -> Self {
        let words = words(line);
        let after = |option: &str| words.iter().position(|word| word == option).map(|at| words[at + 1].clone());
        let headers = words.windows(2).filter(|pair| pair[0] == "-H").map(|pair| {
            let (name, value) = pair[1].split_once(": ").expect("a header");
            (name.to_owned(), value.to_owned())
        });
        Self {
            method: after("-X").expect("a method"),
            url: words.iter().find(|word| word.starts_with("http://")).expect("a URL").clone(),
            headers: headers.collect(),
            file: after("--data-binary").and_then(|file| Some(file.strip_prefix('@')?.to_owned())).expect("a file"),
        }
    }

    /// Sends it as curl would, and gives the status and the answer.
    fn send(&self) -> (u16, Value) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut request = match self.method.as_str() {
            "POST" => agent.post(&self.url),
            "DELETE" => agent.delete(&self.url).force_send_body(),
            other => panic!("no operation has the method {other}"),
        };
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut response = request.send(&fs::read(root().join(&self.file)).unwrap()).expect("an answer");
        let body = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")))
    }
}

/// The printed curls, by the name of the operation whose sample they send.
fn curls(printed: &[String]) -> BTreeMap<String, Curl> {
    let lines = printed.iter().filter(|line| line.trim_start().starts_with("curl "));
    let curls = lines.map(|line| Curl::of(line));
    curls.map(|curl| (Path::new(&curl.file).file_stem().unwrap().to_str().unwrap().to_owned(), curl)).collect()
}

/// Sends all that was printed, in the order in which it was; each must have the outcome, and be in both stores.
async fn send_all(run: &Terminal, folder: &Path, outcome: fn(&Operation) -> &'static str) {
    let env = env_file(folder);
    let curls = curls(&run.printed());
    assert_eq!(curls.len(), OPERATIONS.len());
    // Punches before their deletion, as printed.
    for operation in OPERATIONS {
        let curl = &curls[operation.name];
        assert_eq!(curl.method, operation.method);
        assert_eq!(curl.url, format!("{}{}", env["DATACONNECT_URL"], operation.path));
        let authorization = ("Authorization".to_owned(), format!("Bearer {}", env["DATACONNECT_TOKEN"]));
        assert!(curl.headers.contains(&authorization), "{:?}", curl.headers);

        let (status, answer) = curl.send();
        assert_eq!(status, 200, "{}: {answer}", operation.name);
        assert_eq!(answer["outcome"], outcome(operation), "{}", operation.name);
        let stores = stores(&env, operation);
        let item = stores.item("2/Securitime", answer["recordId"].as_str().unwrap()).await;
        assert!(item.is_some(), "{}: no record", operation.name);
        assert_eq!(stores.body(answer["archiveKey"].as_str().unwrap()).await, sample(operation), "{}", operation.name);
    }
}

#[tokio::test]
#[ignore = "needs cargo-lambda, which `make run` installs with Python 3 and a network; `make test` runs it"]
async fn make_run_prints_what_works_leaves_nothing_behind_and_goes_on_where_it_stopped() {
    let project = tempfile::tempdir().unwrap();
    let (folder, ports) = (project.path(), free_ports());
    let made = |operation: &Operation| if operation.method == "DELETE" { "Deleted" } else { "Created" };

    let first = make_run(ports, folder);
    first.wait_for(READY);
    send_all(&first, folder, made).await;
    send_all(&first, folder, |_| "Duplicate").await;
    let token = env_file(folder)["DATACONNECT_TOKEN"].clone();
    stop(first, ports, folder);

    let second = make_run(ports, folder);
    second.wait_for(READY);
    let log = fs::read_to_string(folder.join("watch.log")).unwrap();
    assert!(!log.contains("Compiling"), "a second start has nothing to compile: {log}");
    assert_eq!(env_file(folder)["DATACONNECT_TOKEN"], token);
    send_all(&second, folder, |_| "Duplicate").await;
    let log = fs::read_to_string(folder.join("watch.log")).unwrap();
    assert!(log.contains("\"message\":\"request\""), "what the functions log is in there: {log}");
    assert!(!log.contains(&token) && !log.contains("alice@example.com"), "neither tokens nor bodies in the log");

    // Somebody else, who finds the ports taken.
    let other = tempfile::tempdir().unwrap();
    let (status, complaint) = make_run(ports, other.path()).failed();
    assert_ne!(status, Some(0));
    let sentences: Vec<_> = complaint.iter().filter(|line| line.starts_with("error:")).collect();
    assert_eq!(sentences.len(), 1, "{complaint:?}");
    let sentence = format!("error: DynamoDB cannot listen on 127.0.0.1:{}: ", ports[1]);
    assert!(sentences[0].starts_with(&sentence), "{complaint:?}");
    // That the program itself exits with 1 shows in what make says of it.
    assert!(complaint.iter().any(|line| line.starts_with("make: ***") && line.ends_with("Error 1")), "{complaint:?}");
    stop(second, ports, folder);
}
