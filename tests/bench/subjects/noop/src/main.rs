//! The floor: a function that answers, and does nothing else.

use std::convert::Infallible;

use lambda_http::{Error, Request, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |_: Request| Ok::<_, Infallible>("{}"))).await
}
