//! Proves or refutes that what was acknowledged is kept, once, and where it belongs.
