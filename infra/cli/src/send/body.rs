//! What is sent: a file as it is, or a sample.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Context;
use dataconnect::operation::Operation;

/// The tenant of the samples in the repository, as they spell it.
const TENANT: &str = "\"Tenant\": \"Securitime\"";

const SAMPLES: [(&str, &str); 5] = [
    ("post-workorderrequests", include_str!("../../../../tests/fixtures/post-workorderrequests.json")),
    ("post-punches", include_str!("../../../../tests/fixtures/post-punches.json")),
    ("delete-punches", include_str!("../../../../tests/fixtures/delete-punches.json")),
    ("post-incidents", include_str!("../../../../tests/fixtures/post-incidents.json")),
    ("post-notes", include_str!("../../../../tests/fixtures/post-notes.json")),
];

/// The sample of an operation, for a tenant.
pub(super) fn sample(operation: &Operation, tenant: &str) -> anyhow::Result<Vec<u8>> {
    let (_, text) = SAMPLES.iter().find(|(name, _)| *name == operation.name).context("the operation has no sample")?;
    let tenant = serde_json::to_string(tenant)?;
    Ok(text.replacen(TENANT, &format!("\"Tenant\": {tenant}"), 1).into_bytes())
}

/// The bytes of a file, or of standard input where it is `-`.
pub(super) fn file(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path.as_os_str() != "-" {
        return fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    }
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes).context("cannot read standard input")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use dataconnect::payload::OPERATIONS;
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_operation_has_a_sample_for_the_tenant_alone() {
        for operation in OPERATIONS {
            let sample = String::from_utf8(sample(operation, "Sam\"ple").unwrap()).unwrap();
            let body: Value = serde_json::from_str(&sample).unwrap();
            assert_eq!(body["Tenant"], "Sam\"ple", "{}", operation.name);
            assert!(!sample.contains(TENANT), "{}: the tenant stands there once", operation.name);
        }
    }
}
