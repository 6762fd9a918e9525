//! S3 on loopback: the subset of the API that the receiver, its tests and the aws CLI use, with S3's own semantics.
//!
//! `wire` checks and unpacks what arrives, `s3s` makes an operation of it, `service` answers the operation from the
//! `store`.

mod chunked;
mod digest;
mod list;
mod object;
mod service;
mod store;
mod wire;

use std::{path::Path, sync::Arc};

use axum::{
    body::Body,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;

use service::Buckets;
use store::Store;

/// The file of the objects cannot be opened or written.
#[derive(Debug, thiserror::Error)]
#[error("the store of S3 cannot be opened or written")]
pub struct S3Error(#[from] rusqlite::Error);

/// An S3 service with its objects in a file or in memory.
#[derive(Clone)]
pub struct S3 {
    store: Arc<Store>,
}

impl S3 {
    /// S3 on the SQLite file at `path`, which is made if it is not there.
    ///
    /// # Errors
    /// If the file cannot be opened, or is not such a file.
    pub fn open(path: &Path) -> Result<Self, S3Error> {
        Ok(Self { store: Arc::new(Store::open(path)?) })
    }

    /// S3 in memory: the objects end with the last clone.
    ///
    /// # Errors
    /// If SQLite refuses, which it has no reason to.
    pub fn memory() -> Result<Self, S3Error> {
        Ok(Self { store: Arc::new(Store::memory()?) })
    }

    /// Makes the bucket if it is not there.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn create_bucket(&self, name: &str) -> Result<(), S3Error> {
        Ok(self.store.create_bucket(name)?)
    }

    /// Serves on `listener` until `shutdown` resolves and the requests under way are answered.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let service = S3ServiceBuilder::new(Buckets::new(self.store)).build();
        let app = move |request: Request| answer(service.clone(), request);
        let app = axum::handler::HandlerWithoutStateExt::into_make_service(app);
        axum::serve(listener, app).with_graceful_shutdown(shutdown).await
    }
}

async fn answer(service: S3Service, request: Request) -> Response {
    let result = match wire::accept(request).await {
        Ok(request) => service.call(request).await,
        Err(refusal) => refusal.to_http_response().map_err(|error| s3s::HttpError::new(Box::new(error))),
    };
    result.map_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), |response| response.map(Body::new))
}
