//! What the signature of a PUT says of its body.

use aws_runtime::auth::PayloadSigningOverride;
use aws_sdk_s3::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept};
use aws_sdk_s3::error::BoxError;

use crate::digest::Digest;

/// Signs a request for a body of this digest. The SDK would hash the body for it, which has been hashed already; S3 holds
/// what arrives against both the signature and the checksum header ("Signature Version 4", S3 API reference).
#[derive(Debug)]
pub(super) struct SignedFor(pub(super) Digest);

impl Intercept for SignedFor {
    fn name(&self) -> &'static str {
        "SignedFor"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(PayloadSigningOverride::Precomputed(self.0.to_string()));
        Ok(())
    }
}
