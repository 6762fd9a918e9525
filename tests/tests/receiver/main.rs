//! The receiver's pipeline against the local stack: what is asserted is the answer, and the item and the object as read
//! back over the wire.

mod samples;
