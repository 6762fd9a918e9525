//! The customer and tenant that an event is for: the partition key of all four tables.

use std::fmt;

use crate::json::{Json, Object};

/// A partition key is at most 2,048 bytes, and this one is the sort key of no index ("Quotas", `DynamoDB` developer
/// guide).
const MAX_BYTES: usize = 2_048;

/// A CustomerId and a Tenant, written `2/Securitime`.
///
/// A CustomerId is a whole number, so the first slash always ends it, whatever the Tenant contains.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CustomerTenant {
    customer_id: u64,
    tenant: String,
}

/// Why a body does not say whom it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CustomerTenantError {
    /// No CustomerId that is a whole number, as a JSON number or a string of digits.
    #[error("CustomerId must be a whole number from 0 to 18446744073709551615")]
    CustomerId,
    /// No Tenant that is a string.
    #[error("Tenant must be a string that is not empty")]
    Tenant,
    /// A Tenant that no key holds.
    #[error("CustomerId and Tenant are longer than {MAX_BYTES} bytes together")]
    TooLong,
}

impl CustomerTenant {
    /// The pair, if a key can hold it.
    ///
    /// # Errors
    /// [`CustomerTenantError`] when the tenant is empty or too long.
    pub fn new(customer_id: u64, tenant: &str) -> Result<Self, CustomerTenantError> {
        if tenant.is_empty() {
            return Err(CustomerTenantError::Tenant);
        }
        let pair = Self { customer_id, tenant: tenant.to_owned() };
        if pair.to_string().len() > MAX_BYTES {
            return Err(CustomerTenantError::TooLong);
        }
        Ok(pair)
    }

    /// Reads `CustomerId` and `Tenant` of a body.
    ///
    /// # Errors
    /// [`CustomerTenantError`] says which of the two is at fault.
    pub fn of(members: &Object) -> Result<Self, CustomerTenantError> {
        let customer_id = match members.get("CustomerId") {
            Some(Json::Number(number)) => number.as_u64(),
            Some(Json::String(text)) => digits(text),
            _ => None,
        };
        let tenant = members.get("Tenant").and_then(Json::as_str);
        Self::new(customer_id.ok_or(CustomerTenantError::CustomerId)?, tenant.ok_or(CustomerTenantError::Tenant)?)
    }

    /// The CustomerId.
    #[must_use]
    pub fn customer_id(&self) -> u64 {
        self.customer_id
    }

    /// The Tenant, as it came.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }
}

/// The value of a text of nothing but digits. `parse` alone would take `+2` as well.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for CustomerTenant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.customer_id, self.tenant)
    }
}

/// Reads what `Display` writes.
impl std::str::FromStr for CustomerTenant {
    type Err = CustomerTenantError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (customer_id, tenant) = text.split_once('/').ok_or(CustomerTenantError::Tenant)?;
        Self::new(digits(customer_id).ok_or(CustomerTenantError::CustomerId)?, tenant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn of(body: &str) -> Result<String, CustomerTenantError> {
        let Json::Object(members) = parse(body.as_bytes()).expect("JSON").root else { panic!("an object") };
        CustomerTenant::of(&members).map(|pair| pair.to_string())
    }

    #[test]
    fn a_customer_id_is_a_whole_number_or_a_string_of_digits() {
        for id in ["2", "2.0", "\"2\"", "\"002\""] {
            assert_eq!(of(&format!(r#"{{"CustomerId":{id},"Tenant":"Securitime"}}"#)), Ok("2/Securitime".to_owned()));
        }
        for id in ["-2", "2.5", "null", "true", "\"\"", "\"+2\"", "\" 2\"", "\"2/3\"", "1e30", "[2]"] {
            let body = format!(r#"{{"CustomerId":{id},"Tenant":"Securitime"}}"#);
            assert_eq!(of(&body), Err(CustomerTenantError::CustomerId), "{id}");
        }
        assert_eq!(of(r#"{"Tenant":"Securitime"}"#), Err(CustomerTenantError::CustomerId));
    }

    #[test]
    fn a_tenant_is_a_string_that_is_not_empty() {
        for tenant in ["\"\"", "null", "7", "{}"] {
            let body = format!(r#"{{"CustomerId":2,"Tenant":{tenant}}}"#);
            assert_eq!(of(&body), Err(CustomerTenantError::Tenant), "{tenant}");
        }
        let long = format!(r#"{{"CustomerId":2,"Tenant":"{}"}}"#, "x".repeat(MAX_BYTES - 1));
        assert_eq!(of(&long), Err(CustomerTenantError::TooLong));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["2/Securitime", "2/a/b", "0//", "7/../3/Other"] {
            assert_eq!(text.parse::<CustomerTenant>().map(|pair| pair.to_string()), Ok(text.to_owned()));
        }
    }
}
