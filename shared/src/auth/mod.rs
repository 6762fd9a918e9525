//! Who may write, and for whom.
//!
//! The vendor sends a Personal Access Token (PAT) as `Authorization: Bearer {PAT}`. The deployment holds only digests of
//! tokens, never a token.

mod access_list;
mod access_token;
mod gate;
mod token;

pub use access_list::{AccessEntry, AccessList, AccessListError};
pub use access_token::AccessToken;
pub use gate::{Caller, Gate, Unauthorized};
pub use token::Token;
