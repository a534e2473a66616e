/// Header, two examples, and what each column holds. Lines that begin with `#` are skipped when it is imported.
pub(in crate::import) const TEMPLATE: &str = "\
offering_id,provider_id,provider_kind,provider_name,location_id,location_name,municipality_code,postcode,programme_name,\
care_type,place_kind,setting,security_level,circuits,age_min,age_max,diagnosis_groups,insurers,languages,shown_by_itself,\
observed_at,valid_until,sequence,source_class,reporter_role,licensed,funded,operational,occupied,on_leave,available,\
blocked,intake_status,intake_wait_days,treatment_wait_days,realised_wait_days,waiting_count,over_norm_count,wait_method,\
pause_reason,pause_from,pause_until,pause_expected_end,pause_diagnosis_groups,pause_insurers,waiting_list_closed,\
effective_at,stay_intensity,promised_interval_hours,legal_regime,legal_titles,programmes,acuity_max,observation_modes,\
seclusion_room,exclusion_criteria,somatic_capabilities,sex_rule,interpreter,accessibility,catchment,acute_regions,catchment_duty,\
funding_routes,contracts,admission_hours,contact_routes,response_target_minutes,rooms_free_women,rooms_free_men,\
funded_by_route,additional_24h,additional_72h,expected_free_at,reserve_7d,ready_for_discharge,waiting_since,highest_token_counted
example-ward-1,agb:06000001,institution,Voorbeeld GGZ,,Kliniek Noord,GM0014,,Opname,specialised,bed,open,,adults,18,,\
,,nl|en,,2026-01-15T09:00:00Z,,,record-system,capacity-coordinator,14,,12,10,1,2,staff=1|repair=1,has-capacity,21,35,,,,\
current,,,,,,,,,,12,wvggz,voluntary|wvggz-crisis-measure|wvggz-care-authorisation,psychosis|mood,high,\
one-to-one|secured-room,yes,active-fire-setting,diabetes-care|pregnancy,separate-rooms,any,step-free,regional,\
groningen|drenthe,duty,zvw,VGZ=contracted|3311=not-contracted,monday-friday=08:00-20:00|saturday+sunday=10:00-16:00,\
phone=050 0000000|secure-email=aanmelding@ggz.example,30,1,2,,1,3,2026-01-15T15:00:00Z|2026-01-16T09:00:00Z,2,\
home=1|sheltered-living=2,,
example-housing-1,gm:GM0014,municipality,Gemeente Groningen,,Wonen Zuid,GM0014,,Beschermd wonen,sheltered-housing,\
programme-place,,,adults|elderly,18,,,,,,2026-01-15T09:00:00Z,2026-02-15,,typed,administration,,,20,20,,0,,waitlist,\
120,,,31,12,,staff-shortage,2026-01-01,,2026-06-01,,,no,,,,,,,,,,,,,none,,national,,,wmo,GM0014=contracted,,,,,,\
,,,,,,under-1-month=11|over-12-months=20,
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
# legal_regime            accommodation registered under: none, wvggz, wzd, wvggz-and-wzd
# legal_titles            list of voluntary, wvggz-crisis-measure, wvggz-continuation, wvggz-care-authorisation,
#                         wzd-article-21, wzd-court-authorisation, wzd-custody, wfz-article-2-3, wfz-tbs-treatment,
#                         wfz-tbs-conditions, wfz-special-condition, wfz-from-detention
# programmes              list of psychosis, mood, personality, eating, autism, trauma, addiction, detox, mother-and-baby,
#                         intellectual-disability, elderly, forensic
# acuity_max              low, moderate, high, very-high
# observation_modes       list of one-to-one, intensive-care-unit, secured-room
# seclusion_room          yes, no
# exclusion_criteria      list of none (alone), active-fire-setting, recent-violence, severe-withdrawal,
#                         weight-under-limit, acute-suicidality, substance-use, sexual-offence, intellectual-disability,
#                         cognitive-disorder, somatic-instability, no-home-address
# somatic_capabilities    list of wheelchair, drip, tube-feeding, diabetes-care, pregnancy, dialysis-nearby
# sex_rule                any, separate-rooms, women-only, men-only
# interpreter             any, none, or a list of ISO 639-1 codes
# accessibility           list of step-free, adapted-bathroom, hearing-loop, sign-language, low-vision, plain-language
# catchment               regional, supra-regional, national
# acute_regions           list of regions for acute care as words, such as groningen
# catchment_duty          duty (must take people of its regions, takes no others), free (may take others too)
# funding_routes          list of zvw, wlz, wfz, jeugdwet, wmo
# contracts               list of payer=state, the payer an insurer or a municipality's code, the state contracted,
#                         not-contracted or unknown
# admission_hours         list of days=hours, Dutch time: monday-friday=08:00-20:00|saturday+sunday=10:00-16:00
# contact_routes          list of kind=address, never a person's: phone, email, secure-email, website, referral-platform,
#                         endpoint
# response_target_minutes within which a request is answered, as promised
# rooms_free_women, rooms_free_men
#                         of the available places: in rooms that may be used for them
# funded_by_route         list of route=number, of the funded places
# additional_24h, additional_72h
#                         further places within so many hours, surge and discharges included
# expected_free_at        list of moments, one for each place that is expected to become free
# reserve_7d              places that can be opened within seven days
# ready_for_discharge     list of step=number, people fit to leave by the next step that is missing: home,
#                         sheltered-living, wlz-place, other-treatment, guidance-at-home, not-stated
# waiting_since           list of band=number, of the waiting: under-1-month, 1-to-3-months, 3-to-6-months,
#                         6-to-12-months, over-12-months
# highest_token_counted   highest token of a hold whose place is already taken off available; empty: of none
";
