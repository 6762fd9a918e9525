//! From a body to an event: parse, then authorise.

use jiff::Timestamp;

use crate::archive::ArchiveKey;
use crate::auth::Caller;
use crate::digest::Digest;
use crate::drift::{Drift, Place};
use crate::json::{self, Document, Duplicate, Json, JsonError};
use crate::key::{CustomerTenant, CustomerTenantError, RecordId, RecordIdError, RecordIdRule, RecordKey};
use crate::operation::{Operation, WithoutRecordId};
use crate::record::{Attributes, from_body, work_order_stem};
use crate::rejection::{Reason, Rejection};
use crate::request::RawBody;

/// A body that was read as an event, of a sender that may not be allowed to send it.
#[derive(Debug, Clone)]
pub struct ParsedEvent(Event);

/// An event that its sender may send. Made by [`ParsedEvent::authorise`] alone.
#[derive(Debug, Clone)]
pub struct Event {
    /// The operation that it was sent to.
    pub operation: &'static Operation,
    /// The record that it is about.
    pub key: RecordKey,
    /// The body's members, as far as an item can hold them.
    pub members: Attributes,
    /// The Work Order that it belongs to.
    pub work_order_stem: Option<String>,
    /// The digest of the body's canonical JSON.
    pub content_hash: Digest,
    /// Where it differs from the documented shape, and what an item cannot hold of it.
    pub drift: Drift,
    /// Where its body stands in the archive.
    pub archive_key: ArchiveKey,
    /// When it came.
    pub received_at: Timestamp,
    /// The request that it came with.
    pub request_id: String,
}

impl ParsedEvent {
    /// Reads a body as an event.
    ///
    /// # Errors
    /// A [`Rejection`] when it is no JSON object with `CustomerId`, `Tenant` and the record id. Everything else that
    /// differs from the documented shape is drift.
    pub fn parse(
        operation: &'static Operation,
        record_id: &RecordIdRule,
        body: &RawBody,
        request_id: &str,
    ) -> Result<Self, Rejection> {
        let document = parse_json(&body.bytes)?;
        refuse_ambiguous_keys(&document, record_id)?;
        let mut drift = Drift::default();
        for duplicate in &document.duplicates {
            let member = &duplicate.member;
            drift.note(&Place::Root, format_args!("given twice in one object, the last one stands: {member}"));
        }
        let Json::Object(members) = document.root else {
            return Err(Rejection::new(Reason::NotAnObject, format_args!("the body is {}", document.root.kind())));
        };

        let customer_tenant = CustomerTenant::of(&members).map_err(reject_customer_tenant)?;
        let content_hash = Digest::of_content(&members).map_err(|error| Rejection::new(Reason::InvalidJson, error))?;
        let record_id = match (record_id.id_of(&members), operation.without_record_id) {
            (Ok(id), _) => id,
            (
                Err(fault @ (RecordIdError::Missing(_) | RecordIdError::Unusable(_))),
                WithoutRecordId::UseContentHash,
            ) => {
                drift.note(&Place::Root, format_args!("{fault}; the content hash identifies the record"));
                RecordId::from_content_hash(&content_hash)
            }
            (Err(fault), _) => return Err(Rejection::new(Reason::InvalidRecordId, fault)),
        };
        let mut shape = Drift::default();
        (operation.note_drift)(&members, &mut shape);
        // What the record does not hold is noted first: a flood of other notes must not hide it.
        let work_order_stem = work_order_stem(&members, &mut drift);
        let members = from_body(members, operation.effect, &mut drift);
        drift.append(shape);

        let key = RecordKey { customer_tenant, record_id };
        Ok(Self(Event {
            operation,
            archive_key: ArchiveKey::accepted(operation, &key, &body.digest, body.received_at),
            key,
            members,
            work_order_stem,
            content_hash,
            drift,
            received_at: body.received_at,
            request_id: request_id.to_owned(),
        }))
    }

    /// The event, if the caller's token may write for its customer and tenant.
    ///
    /// # Errors
    /// A [`Rejection`] if not.
    pub fn authorise(self, caller: &Caller<'_>) -> Result<Event, Rejection> {
        let pair = &self.0.key.customer_tenant;
        if caller.may_write_for(pair) {
            return Ok(self.0);
        }
        Err(Rejection::new(Reason::Forbidden, "the token is bound to other pairs of CustomerId and Tenant"))
    }

    /// The record that the event is about, for the log of a rejected one.
    #[must_use]
    pub fn key(&self) -> &RecordKey {
        &self.0.key
    }
}

fn parse_json(body: &[u8]) -> Result<Document, Rejection> {
    if body.trim_ascii().is_empty() {
        return Err(Rejection::new(Reason::EmptyBody, "the request has no body"));
    }
    json::parse(body).map_err(|error| {
        let reason = match error {
            JsonError::Syntax { .. } => Reason::InvalidJson,
            JsonError::TooDeep => Reason::TooDeep,
            JsonError::TooManyValues => Reason::TooManyValues,
        };
        Rejection::new(reason, error)
    })
}

/// Two parsers may read two records out of a body that gives a part of its key twice, so nobody knows whose it is.
fn refuse_ambiguous_keys(document: &Document, record_id: &RecordIdRule) -> Result<(), Rejection> {
    let is_key = |Duplicate { depth, member, .. }: &Duplicate| {
        (*depth == 0 && (member == "CustomerId" || member == "Tenant")) || record_id.reads(*depth, member)
    };
    match document.duplicates.iter().find(|duplicate| duplicate.differs && is_key(duplicate)) {
        None => Ok(()),
        Some(duplicate) => {
            let detail = format_args!("{} is given twice, with different values", duplicate.member);
            Err(Rejection::new(Reason::AmbiguousKey, detail))
        }
    }
}

fn reject_customer_tenant(error: CustomerTenantError) -> Rejection {
    let reason = match error {
        CustomerTenantError::CustomerId => Reason::InvalidCustomerId,
        CustomerTenantError::Tenant | CustomerTenantError::TooLong => Reason::InvalidTenant,
    };
    Rejection::new(reason, error)
}
