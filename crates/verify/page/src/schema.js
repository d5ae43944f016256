// Which attribute stands in which slot: docs/spec/record.md, "the tree" and "slots after the frame".

const FRAME = ['kind', 'schema', 'record_id', 'chain', 'seq', 'prev', 'recorded_at', 'generated_by'];

const TRACE = 'client_address forwarded_for user_agent received_at';

/** Kind, number of slots, and the names after the frame in the order of their slots. */
const KINDS = {
  filing_opened: [16, 'filing filing_number matter company_name handler_name opened_by'],
  filing_changed: [
    32,
    'filing change party party_kind capacities party_name representative_name document document_version ' +
      'document_title document_sha256 document_pages document_size_bytes changed_by',
  ],
  consent_given: [
    32,
    `filing ceremony party consent decision text_sha256 text_version text_language ${TRACE}`,
  ],
  signing: [
    64,
    'filing filing_number matter company_name ceremony signing voucher party party_kind capacities party_name ' +
      'representative_name identity documents intent_sha256 consents prior_records challenge envelope_sha256 ' +
      'certificate_sha256 device_key_sha256 client_root photo_sha256 photo_format photo_received_at ' +
      `photo_attempts ${TRACE} clock_offset_ms tls`,
  ],
  decline: [32, `filing ceremony party reason ${TRACE}`],
  confirmation: [32, `filing party statement_sha256 shown_sha256 ${TRACE}`],
  objection: [32, `filing party against ground reason shown_sha256 ${TRACE}`],
  access: [32, `filing actor actor_role purpose looked_at attributes_opened ${TRACE}`],
  erasure: [32, 'filing party classes basis requested_by decision reason legal_basis records keys actor'],
  legal_hold: [32, `filing hold change actor reason ${TRACE}`],
  code_checked: [
    32,
    `filing ceremony party check channel contact contact_source message sent_at wrong_entries ${TRACE}`,
  ],
  notification: [
    32,
    'filing party message purpose state channel contact contact_source template_sha256 text_language gateway ' +
      'gateway_reference attempts reason happened_at',
  ],
  identity_verified: [
    32,
    'filing party occasion attempt real_name company portrait registry answers questions portrait_sha256 ' +
      'portrait_source contact_source',
  ],
  review_decided: [
    32,
    'filing party case signing reasons decision grounds office_kind office reviewer reviewer_role proposed_by ' +
      TRACE,
  ],
  handed_over: [
    32,
    'filing ceremony party signing steps photo_sha256 capture_source strokes_sha256 offered_at claimed_at confirmed_at ' +
      `other_client_address other_forwarded_for other_user_agent other_device other_screen ${TRACE}`,
  ],
  review_wanted: [32, `filing ceremony party reason way ${TRACE}`],
  document_read: [
    32,
    'filing ceremony party document document_version document_sha256 document_pages text_language key_points_sha256 ' +
      `text_sha256 page_images renderer seconds page_seconds read_aloud ${TRACE}`,
  ],
  video_recorded: [32, `filing ceremony party text_sha256 text_language spoken_code video_sha256 video_format ${TRACE}`],
  person_seen: [
    32,
    'filing ceremony party portrait_source card_last_four number_compared grounds office_kind office officer ' +
      `officer_role ${TRACE}`,
  ],
  regulator_query: [32, `actor actor_role office legal_basis case_number criteria person found ${TRACE}`],
  regulator_view: [
    32,
    `filing query actor actor_role office legal_basis case_number purpose looked_at attributes_opened ${TRACE}`,
  ],
  certificate_application: [
    32,
    'filing change application query actor actor_role office legal_basis case_number records purpose state reference ' +
      `reason ${TRACE}`,
  ],
  objection_resolved: [
    32,
    `filing party outcome signatures_of grounds office_kind office officer officer_role ${TRACE}`,
  ],
  person_corrected: [
    32,
    'filing party changed name_before name_after number_before number_after material_kind material_issuer ' +
      'material_issued_on material_sha256 material_format grounds office_kind office officer officer_role ' +
      TRACE,
  ],
  company_seal: [
    32,
    'filing ceremony party company_name company_code seal_kind outcome documents answers questions scan_sha256 ' +
      `scan_format ${TRACE}`,
  ],
  risk_noted: [32, `filing ceremony party signing flags signals is_reviewed ${TRACE}`],
  guardianship_shown: [
    32,
    'filing ceremony party ward_name ward_number ward_age guardian_name relation statement_sha256 material_kind ' +
      `material_sha256 material_format ${TRACE}`,
  ],
  party_removed: [
    32,
    'filing party party_kind capacities filing_status reason ceremonies messages changed_by',
  ],
  client: [
    32,
    'signed_at time_zone photo_sha256 capture_source strokes_sha256 place device user_agent screen language ' +
      'key_custody dwell software',
  ],
};

/** What later versions add behind the names of the first. */
const ADDED = {
  filing_changed: { 2: 'replaces' },
};

/** The schema of a kind and version: `{kind, slots, names, frame}`, or null. */
export function schemaOf(kind, version) {
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) return null;
  const added = version === 1 ? '' : addedBy(kind, version);
  if (added === null) return null;
  const [slots, after] = KINDS[kind];
  const frame = kind === 'client' ? FRAME.slice(0, 2) : FRAME;
  const names = [...frame, ...after.split(' '), ...added.split(' ').filter(Boolean)];
  return { kind, slots, names, frame: frame.length };
}

/** Only a number names a version: `"2"` would find the same table. */
function addedBy(kind, version) {
  if (typeof version !== 'number' || !Object.hasOwn(ADDED, kind)) return null;
  return Object.hasOwn(ADDED[kind], version) ? ADDED[kind][version] : null;
}

/** The one name of a slot; undefined beyond the tree. */
export function nameOfSlot(schema, slot) {
  if (slot >= schema.slots) return undefined;
  return schema.names[slot] ?? `reserved_${String(slot).padStart(2, '0')}`;
}

/** Whether a slot has no name of its own. */
export const isReserved = (schema, slot) => slot >= schema.names.length;
