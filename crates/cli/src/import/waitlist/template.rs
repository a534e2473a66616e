/// Header, two examples, and what each column holds. Lines that begin with `#` are skipped when it is imported.
pub(crate) const TEMPLATE: &str = "\
reference,bsn,without_number,location_id,care_type,registered_on,age_band,birth_date,municipality,gp_practice,diagnosis_group,\
preferred,intake_planned_for,intake_held_on,treatment_started_on,withdrawn_on,withdrawn_by,withdrawal_reason,ended_on,outflow
example-1,999990019,,,specialised,2026-01-15,25-44,,GM0014,01012345,05,yes,,,,,,,,
example-2,,yes,poli-noord,basic,2026-01-20,,1990-06-01,Assen,,not-yet-diagnosed,,,2026-02-10,2026-03-01,,,,2026-06-30,gp
#
# One row is one person at this provider for one kind of care, as it is now. An empty cell: not stated, or not yet.
# Days are written as 2026-01-15. The number of the first example is nobody's. Lines that begin with # are skipped.
#
# reference *             the provider's own id of the entry; never sent, and not the citizen number; the file of entries
#                         says which entry it is
# bsn                     citizen number; never sent, never shown; eight or nine digits, also with points between
# without_number          yes: there is no citizen number, and bsn is empty; one of the two must be there
# location_id             the provider's own id of the location
# care_type *             basic, specialised, combined, sheltered-housing, shelter, guidance, day-activities, walk-in,
#                         debt-assistance, ehealth
# registered_on *         the day on which the first appointment was asked for
# age_band, birth_date *  0-11, 12-17, 18-24, 25-44, 45-64 or 65+; or the date of birth, of which only the band of today is sent
# municipality *          where the person lives: CBS code or name; a former one is led to its successor if there is one
# gp_practice             AGB code of the practice where the person is enrolled, eight digits
# diagnosis_group *       main diagnosis group: 01 to 23, not-yet-diagnosed
# preferred               yes: the person would rather be helped here than anywhere else
# intake_planned_for, intake_held_on, treatment_started_on
#                         of the present time of waiting and being helped
# withdrawn_on, withdrawn_by, withdrawal_reason
#                         all three or none: person, provider, referrer, screening-team; helped-elsewhere, transferred,
#                         no-longer-wanted, not-reached, not-suited, moved, deceased, registered-in-error
# ended_on, outflow       both or none, after treatment: gp, social-domain, other-provider, other
";
