//! The key of a record: whose it is, and which one.

mod customer_tenant;
mod record_id;

pub use customer_tenant::{CustomerTenant, CustomerTenantError};
pub use record_id::{RecordId, RecordIdError, RecordIdRule, RecordIdRuleError};

/// The key of a record. Two different triples of customer, tenant and record id never share one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RecordKey {
    /// The partition key.
    pub customer_tenant: CustomerTenant,
    /// The sort key.
    pub record_id: RecordId,
}
