"""How the libraries behind the API are set: keys alone open it, JSON is all it speaks."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["campaigns.api.keys.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["campaigns.api.keys.KeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["campaigns.api.parser.PlainJSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "campaigns.api.errors.answer_of",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "RedCat",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": {
        "StoreKind": "merchants.models.StoreKind",
        "StoreStatus": "merchants.models.StoreStatus",
        "ApplicationStatus": "merchants.models.ApplicationStatus",
        "NoteKind": "campaigns.models.NoteKind",
        "LinkStatus": "campaigns.models.LinkStatus",
    },
}
