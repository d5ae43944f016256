//! What any service needs and no domain knows: settings, secrets, telemetry, problem+json, health, lifecycle.
