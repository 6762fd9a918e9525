"""Ways to break infra/openapi.yaml: the failure that must come of it, a text, and what replaces it everywhere."""

MUTATIONS = [
    ("UndefinedStatusCode", '        "400":\n          $ref: "#/components/responses/Rejected"\n', ""),
    ("UndefinedStatusCode", '        "401":\n          $ref: "#/components/responses/Unauthorized"\n', ""),
    ("UndefinedContentType", "application/problem+json:", "application/problem:"),
    ("JsonSchemaError", "[recordId, archiveKey, requestId]", "[recordId, archiveKey, requestId, drift]"),
    ("JsonSchemaError", "            - urn:problem-type:dataconnect:invalid-tenant\n", ""),
    ("MissingHeaders", "      headers:\n        WWW-Authenticate:", "      headers:\n        X-Absent:"),
    # The receiver refuses what the broken document allows, and the other way round.
    ("RejectedPositiveData", "required: [CustomerId, Tenant]", "required: [CustomerId]"),
    ("AcceptedNegativeData", "required: [CustomerId, Tenant]", "required: [CustomerId, Tenant, NoteId]"),
]
