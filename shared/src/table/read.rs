//! Reading records, one or many. No function does, and none may.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::get_item::{GetItemError, GetItemOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::Table;
use crate::key::{CustomerTenant, RecordId, RecordKey};
use crate::record::{Attributes, History, Record, UnreadableItem, attribute};
use crate::store_failure::StoreFailure;

/// The index that joins the four tables by their Work Orders.
const BY_WORK_ORDER: &str = "ByWorkOrder";

/// Which records of a table. Each costs by the records that `DynamoDB` reads for it, whether they are wanted or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Select {
    /// All: a Scan, which reads the whole table.
    Everything,
    /// Those of a customer of a tenant: a Query, which reads them alone.
    Customer(CustomerTenant),
    /// Those of a Work Order: a Query of the index, likewise. It may not know yet what was written a moment ago.
    WorkOrder(CustomerTenant, String),
}

/// Which of those records are given, by their times. They are read, and paid for, all the same. There is no other end: a
/// repair brings in events that are older than their record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// Only those that were written then or later.
    pub since: Option<Timestamp>,
}

/// How much of a record is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it, for [`Record::from_item`].
    Whole,
    /// Its key, its Work Order and its history, for [`Ledger::from_item`].
    Ledger,
}

/// Some of the records that are asked for.
#[derive(Debug, Clone)]
pub struct Page {
    /// They, as items.
    pub items: Vec<Attributes>,
    /// Where the next ones begin; `None` after the last.
    pub next: Option<Cursor>,
}

/// A place among the records that are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor(Attributes);

/// What a record knows of its events.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// The record.
    pub key: RecordKey,
    /// The Work Order that it belongs to.
    pub work_order_stem: Option<String>,
    /// The events.
    pub history: History,
}

impl Cursor {
    /// Behind a record, among all of the table or of a customer.
    #[must_use]
    pub fn behind(key: &RecordKey) -> Self {
        Self(key_attributes(key).into())
    }
}

impl Ledger {
    /// Reads an item, or as much of it.
    ///
    /// # Errors
    /// [`UnreadableItem`] when it is not as the receiver writes it.
    pub fn from_item(mut item: Attributes) -> Result<Self, UnreadableItem> {
        let key = key_of(&item)?;
        let work_order_stem = match item.remove(attribute::WORK_ORDER_STEM) {
            None => None,
            Some(AttributeValue::S(stem)) => Some(stem),
            Some(_) => return Err(UnreadableItem(attribute::WORK_ORDER_STEM)),
        };
        Ok(Self { key, work_order_stem, history: History::take_from(&mut item)? })
    }
}

/// The key of an item.
///
/// # Errors
/// [`UnreadableItem`] when it is none that the receiver makes.
pub fn key_of(item: &Attributes) -> Result<RecordKey, UnreadableItem> {
    let text = |name| item.get(name).and_then(|value| value.as_s().ok()).ok_or(UnreadableItem(name));
    let pair = text(attribute::CUSTOMER_TENANT)?;
    Ok(RecordKey {
        customer_tenant: pair.parse().map_err(|_| UnreadableItem(attribute::CUSTOMER_TENANT))?,
        record_id: RecordId::from_stored(text(attribute::RECORD_ID)?.clone()),
    })
}

fn key_attributes(key: &RecordKey) -> [(String, AttributeValue); 2] {
    [
        (attribute::CUSTOMER_TENANT.to_owned(), AttributeValue::S(key.customer_tenant.to_string())),
        (attribute::RECORD_ID.to_owned(), AttributeValue::S(key.record_id.to_string())),
    ]
}

impl Table {
    /// A record; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreFailure`] names it. Within, [`UnreadableItem`] when it is not as the receiver writes it.
    pub async fn get(&self, key: &RecordKey) -> Result<Result<Option<Record>, UnreadableItem>, StoreFailure> {
        let get = self.client.get_item().table_name(&self.name).set_key(Some(key_attributes(key).into()));
        let got = given(key, get.consistent_read(true).send().await)?;
        Ok(got.item.map(Record::from_item).transpose())
    }

    /// The keys of the records of an id, whosever they are, and where to go on. A Scan, a page at a time: whoever knows the
    /// customer gets the record at once with [`get`](Self::get).
    ///
    /// # Errors
    /// [`StoreFailure`].
    pub async fn keys_of(
        &self,
        id: &str,
        after: Option<Cursor>,
    ) -> Result<(Vec<RecordKey>, Option<Cursor>), StoreFailure> {
        let scan = self.client.scan().table_name(&self.name).set_exclusive_start_key(after.map(|cursor| cursor.0));
        let scan = scan.filter_expression("#id = :id").projection_expression("#pair, #id");
        let scan = scan.expression_attribute_names("#id", attribute::RECORD_ID);
        let scan = scan.expression_attribute_names("#pair", attribute::CUSTOMER_TENANT);
        let scan = scan.expression_attribute_values(":id", AttributeValue::S(id.to_owned())).send().await;
        let page =
            scan.map_err(|error| StoreFailure::new("DynamoDB did not read the table", &self.name, error.into()))?;
        let keys = page.items.unwrap_or_default().iter().filter_map(|item| key_of(item).ok()).collect();
        Ok((keys, page.last_evaluated_key.filter(|key| !key.is_empty()).map(Cursor)))
    }

    /// A page of records, up to the megabyte that `DynamoDB` reads at once; none perhaps, with more behind it.
    ///
    /// # Errors
    /// [`StoreFailure`].
    pub async fn page(
        &self,
        select: &Select,
        span: Span,
        extent: Extent,
        after: Option<Cursor>,
    ) -> Result<Page, StoreFailure> {
        let asked = Asked::new(select, span, extent);
        let after = after.map(|cursor| cursor.0);
        let failure = |error| StoreFailure::new("DynamoDB did not read the table", &self.name, error);
        let is_consistent = !matches!(select, Select::WorkOrder(..));
        let (items, last) = if let Select::Everything = select {
            let call = self.client.scan().table_name(&self.name).consistent_read(is_consistent);
            let call = call.set_filter_expression(asked.filter).set_projection_expression(asked.projection);
            let call = call.set_expression_attribute_names(asked.names).set_expression_attribute_values(asked.values);
            let page = call.set_exclusive_start_key(after).send().await.map_err(|error| failure(error.into()))?;
            (page.items, page.last_evaluated_key)
        } else {
            let index = (!is_consistent).then(|| BY_WORK_ORDER.to_owned());
            let query = self.client.query().table_name(&self.name).set_index_name(index);
            let query = query.consistent_read(is_consistent).set_key_condition_expression(asked.key);
            let query = query.set_filter_expression(asked.filter).set_projection_expression(asked.projection);
            let query = query.set_expression_attribute_names(asked.names).set_expression_attribute_values(asked.values);
            let page = query.set_exclusive_start_key(after).send().await.map_err(|error| failure(error.into()))?;
            (page.items, page.last_evaluated_key)
        };
        Ok(Page { items: items.unwrap_or_default(), next: last.filter(|key| !key.is_empty()).map(Cursor) })
    }

    /// The history of a record, with all that was written before; empty if there is no such record.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn history(&self, key: &RecordKey) -> Result<Result<History, UnreadableItem>, StoreFailure> {
        let get = self.client.get_item().table_name(&self.name).set_key(Some(key_attributes(key).into()));
        let get = get.consistent_read(true).projection_expression("#history, #dropped");
        let get = get.expression_attribute_names("#history", attribute::HISTORY);
        let get = get.expression_attribute_names("#dropped", attribute::HISTORY_DROPPED);
        let got = given(key, get.send().await)?;
        Ok(got.item.map_or_else(|| Ok(History::default()), |mut item| History::take_from(&mut item)))
    }
}

/// What a `GetItem` of a record answered.
fn given(key: &RecordKey, got: Result<GetItemOutput, SdkError<GetItemError>>) -> Result<GetItemOutput, StoreFailure> {
    got.map_err(|error| StoreFailure::new("DynamoDB did not give the record", Name(key), error.into()))
}

/// What a Scan and a Query are told alike.
struct Asked {
    key: Option<String>,
    filter: Option<String>,
    projection: Option<String>,
    names: Option<HashMap<String, String>>,
    values: Option<Attributes>,
}

impl Asked {
    fn new(select: &Select, span: Span, extent: Extent) -> Self {
        let mut names = HashMap::new();
        let mut values = Attributes::new();
        let mut condition = |name: &str, comparison: &str, value: String| {
            names.insert(format!("#{name}"), name.to_owned());
            values.insert(format!(":{name}"), AttributeValue::S(value));
            format!("#{name} {comparison} :{name}")
        };
        let mut key = Vec::new();
        if let Select::Customer(pair) | Select::WorkOrder(pair, _) = select {
            key.push(condition(attribute::CUSTOMER_TENANT, "=", pair.to_string()));
        }
        if let Select::WorkOrder(_, stem) = select {
            key.push(condition(attribute::WORK_ORDER_STEM, "=", stem.clone()));
        }
        let filter = span.since.map(|since| condition(attribute::UPDATED_AT, ">=", format!("{since:.3}")));
        let projected: &[&str] = match extent {
            Extent::Whole => &[],
            Extent::Ledger => &[
                attribute::CUSTOMER_TENANT,
                attribute::RECORD_ID,
                attribute::WORK_ORDER_STEM,
                attribute::HISTORY,
                attribute::HISTORY_DROPPED,
            ],
        };
        names.extend(projected.iter().map(|name| (format!("#{name}"), (*name).to_owned())));
        let projection: Vec<_> = projected.iter().map(|name| format!("#{name}")).collect();
        let joined = |parts: Vec<String>, by: &str| (!parts.is_empty()).then(|| parts.join(by));
        Self {
            key: joined(key, " AND "),
            filter,
            projection: joined(projection, ", "),
            names: (!names.is_empty()).then_some(names),
            values: (!values.is_empty()).then_some(values),
        }
    }
}

/// A record's name in a message.
struct Name<'a>(&'a RecordKey);

impl fmt::Display for Name<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.0.customer_tenant, self.0.record_id)
    }
}
