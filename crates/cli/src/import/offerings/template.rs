/// Header, two examples, and what each column holds. Lines that begin with `#` are skipped when it is imported.
pub(in crate::import) const TEMPLATE: &str = "\
offering_id,provider_id,provider_kind,provider_name,location_id,location_name,municipality_code,postcode,programme_name,\
care_type,place_kind,setting,security_level,circuits,age_min,age_max,diagnosis_groups,insurers,languages,shown_by_itself,\
observed_at,valid_until,sequence,source_class,reporter_role,licensed,funded,operational,occupied,on_leave,available,\
blocked,intake_status,intake_wait_days,treatment_wait_days,realised_wait_days,waiting_count,over_norm_count,wait_method,\
pause_reason,pause_from,pause_until,pause_expected_end,pause_diagnosis_groups,pause_insurers,waiting_list_closed,\
effective_at,stay_intensity,promised_interval_hours
example-ward-1,agb:06000001,institution,Voorbeeld GGZ,,Kliniek Noord,GM0014,,Opname,specialised,bed,open,,adults,18,,\
,,nl|en,,2026-01-15T09:00:00Z,,,record-system,capacity-coordinator,14,,12,10,1,2,staff=1|repair=1,has-capacity,21,35,,,,\
current,,,,,,,,,,12
example-housing-1,gm:GM0014,municipality,Gemeente Groningen,,Wonen Zuid,GM0014,,Beschermd wonen,sheltered-housing,\
programme-place,,,adults|elderly,18,,,,,,2026-01-15T09:00:00Z,2026-02-15,,typed,administration,,,20,20,,0,,waitlist,\
120,,,31,12,,staff-shortage,2026-01-01,,2026-06-01,,,no,,,
#
# One row is one offering: the smallest unit that accepts people as one. An empty cell: not stated.
# Columns may stand in any order; those marked * must be there and be filled, others may be left out.
# Lists are divided by |. A moment is RFC 3339 (2026-01-15T09:00:00Z), or a date: the beginning of that day in UTC.
#
# offering_id *           your own id, 1 to 64 letters, digits and . _ : -
# provider_id *           scheme and number: agb:06000001, ura:, kvk:, oin:, gm:GM0014
# provider_kind *         institution, hospital-department, independent-practice, municipality, ehealth
# provider_name           not for an independent practice, unless shown_by_itself; the same for all below the municipality
# location_id, location_name, postcode, programme_name
# municipality_code *     CBS code: GM0014; a former code is led to its successor if there is one
# care_type *             basic, specialised, combined, sheltered-housing, shelter, guidance, day-activities, walk-in,
#                         debt-assistance, ehealth
# place_kind              bed, day-place, slot, programme-place, home-treatment-place, crisis-assessment-place
# setting                 open, closed, high-intensive-care, intensive-care-unit, crisis, long-stay-closed, day, outpatient,
#                         home-treatment, fact, online
# security_level          1, 2-low, 2-high, 3, 4
# circuits                list of youth, adolescents, adults, elderly, addiction, forensic
# age_min, age_max        years at admission, both included
# diagnosis_groups        list of codes (01 to 23, not-yet-diagnosed); empty: no distinction
# insurers                list of names or UZOVI codes; empty: all
# languages               list of ISO 639-1 codes
# shown_by_itself         yes: an independent practice that chose to be shown by itself
# observed_at             when it was counted; must be there if anything is reported, and not in the future
# valid_until             until when it may be believed; empty: 48 hours for places, 35 days for waits
# sequence                number that rises with each report of the offering
# source_class            record-system (if empty), typed, derived, published
# reporter_role           system (if empty), ward, capacity-coordinator, administration, practitioner
# licensed, funded, operational, occupied, on_leave, available
#                         places; occupied and available belong together; operational follows from them if empty
# blocked                 list of reason=number: staff, infection, repair, single-room-need, group-safety
# intake_status           has-capacity, no-capacity, waitlist, assessment-required
# intake_wait_days, treatment_wait_days, realised_wait_days, waiting_count, over_norm_count
# wait_method             retrospective, current
# pause_reason            admissions are paused: wait-too-long, staff-shortage, contract-exhausted, holiday, building,
#                         infection, ending, not-stated; empty: not paused (without this column: pauses stay as they are)
# pause_from, pause_until, pause_expected_end
#                         pause_until ends it by itself, pause_expected_end only informs
# pause_diagnosis_groups, pause_insurers
#                         lists: what is paused; both empty: all
# waiting_list_closed     yes: no new names on the waiting list either
# effective_at            when the figures became true, if that is another moment
# stay_intensity          staff class that goes with the security level
# promised_interval_hours places are counted anew at least so often, 1 to 8760; empty: as is usual for their kind
";
