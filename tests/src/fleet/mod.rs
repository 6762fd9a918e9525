//! Many instances of the five functions behind their routes, as Lambda and API Gateway run them.
