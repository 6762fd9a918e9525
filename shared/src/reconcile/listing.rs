//! The archive's keys in their order, by pages.

use jiff::civil::Date;

use super::{Plan, ReconcileError};
use crate::archive::{Archive, ArchiveKey, Location};
use crate::key::CustomerTenant;
use crate::operation::Operation;

/// Whose events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All that an operation has.
    Everything,
    /// Those of a tenant.
    Tenant(String),
    /// Those of a customer of a tenant.
    Customer(CustomerTenant),
}

/// A listing under way. Holds no page back: it knows only where the next one begins.
#[derive(Debug)]
pub(super) struct Listing<'r> {
    archive: &'r Archive,
    prefix: String,
    since: Date,
    until: Date,
    page_size: u16,
    after: Option<String>,
    has_more: bool,
}

impl Scope {
    fn prefix(&self, operation: &Operation) -> String {
        match self {
            Self::Everything => ArchiveKey::operation_folder(operation),
            Self::Tenant(tenant) => ArchiveKey::tenant_folder(operation, tenant),
            Self::Customer(pair) => ArchiveKey::customer_folder(operation, pair),
        }
    }
}

impl<'r> Listing<'r> {
    pub(super) fn new(archive: &'r Archive, operation: &Operation, plan: Plan) -> Self {
        Self {
            archive,
            prefix: plan.scope.prefix(operation),
            since: plan.since.unwrap_or(Date::MIN),
            until: plan.until.unwrap_or(Date::MAX),
            page_size: plan.page_size.get(),
            after: plan.after,
            has_more: true,
        }
    }

    /// The next keys of the days that are asked for, none perhaps; `None` after the last. Keys that the receiver does not
    /// make have no day, and are always among them.
    pub(super) async fn page(&mut self) -> Result<Option<Vec<ArchiveKey>>, ReconcileError> {
        if !self.has_more {
            return Ok(None);
        }
        let listed = self.archive.list(&self.prefix, self.after.as_deref(), self.page_size).await;
        let listed = listed.map_err(|source| ReconcileError::List {
            prefix: self.prefix.clone(),
            after: self.after.clone(),
            source: Box::new(source),
        })?;
        let last = listed.objects.last().map(|object| &object.key);
        self.has_more = listed.is_truncated && last.is_some();
        self.after = last.map(|key| self.next_after(key));
        let is_asked_for =
            |key: &ArchiveKey| Location::of(key).is_none_or(|at| self.since <= at.date && at.date <= self.until);
        Ok(Some(listed.objects.into_iter().map(|object| object.key).filter(is_asked_for).collect()))
    }

    /// Where to go on after a page's last key: behind it, or at the first day that is asked for, or behind the customer
    /// whose last day that is asked for is over, so that the other days need not be listed.
    fn next_after(&self, last: &ArchiveKey) -> String {
        match Location::of(last) {
            Some(at) if at.date < self.since => format!("{}date={}", at.customer_folder, self.since),
            // A tilde comes after all digits.
            Some(at) if at.date > self.until => format!("{}date=~", at.customer_folder),
            _ => last.as_str().to_owned(),
        }
    }
}
