//! Questions: contract → what the view looks for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::Violations;
use domain::Timestamp;
use domain::capacity::{
    CareType, Circuit, InsurerName, LanguageCode, OfferingId, Origin, ProviderId, Setting,
};
use eventlog::StreamId;
use prost::Message;
use proto::capacity::v1;
use reference::{CurrentCode, Municipality, RegionScheme};

use super::checks::Checks;
use super::needs;
use super::request::{MAX_TOKENS, check_offering_id, finish};
use crate::fingerprint::fingerprint;
use crate::view::{Bits, Distances, Filter, Mark, Order, Page, Pausing, Places};
use chassis::Path;

const MAX_AGE_YEARS: u32 = 130;
const MAX_DISTANCE_KM: f64 = 1_000.0;
const MAX_PAGE: u32 = 500;
const DEFAULT_PAGE: u32 = 100;
const MAX_HISTORY: u32 = 1_000;
const MAX_MISSED: u32 = 100;

/// A question that was understood.
pub(crate) struct Asked {
    pub(crate) filter: Filter,
    pub(crate) page: Page,
    /// None: as it is now.
    pub(crate) as_of: Option<Timestamp>,
    /// So many that were just missed are to be named.
    pub(crate) explain_missed: usize,
    pub(crate) with_completeness: bool,
    /// Of the question but its page: a page token holds for one question.
    fingerprint: u64,
}

/// What a page token says.
#[derive(Clone, PartialEq, Message)]
struct PageToken {
    #[prost(fixed64, tag = "1")]
    question: u64,
    #[prost(uint64, repeated, tag = "2")]
    numbers: Vec<u64>,
    #[prost(string, tag = "3")]
    name: String,
    #[prost(string, tag = "4")]
    id: String,
}

impl Asked {
    /// Returns the token of the page that follows.
    pub(crate) fn next_page(&self, mark: Mark) -> String {
        let token = PageToken {
            question: self.fingerprint,
            numbers: mark.numbers.to_vec(),
            name: mark.name,
            id: mark.id,
        };
        URL_SAFE_NO_PAD.encode(token.encode_to_vec())
    }
}

/// Reads a search, with all that is wrong with it.
pub(crate) fn find(request: v1::FindCapacityRequest, now: Timestamp) -> Result<Asked, Violations> {
    let mut checks = Checks::default();
    let contract = request.filter.unwrap_or_default();
    let orders = orders(&request.sort, &mut checks);
    let question = v1::FindCapacityRequest {
        filter: Some(contract.clone()),
        sort: request.sort,
        as_of: request.as_of,
        ..Default::default()
    };
    let fingerprint = fingerprint(&question.encode_to_vec());
    let filter = filter(&contract, &mut checks);
    check_tokens(&request.at_least, &mut checks);
    if request.page_size > MAX_PAGE {
        checks.refuse(
            Path::root("page_size"),
            format!("must not be more than {MAX_PAGE}"),
        );
    }
    if request.explain_missed > MAX_MISSED {
        checks.refuse(
            Path::root("explain_missed"),
            format!("must not be more than {MAX_MISSED}"),
        );
    }
    let size = if request.page_size == 0 {
        DEFAULT_PAGE
    } else {
        request.page_size
    };
    let after = page_token(&request.page_token, fingerprint, &mut checks);
    let as_of = checks.as_of(Path::root("as_of"), request.as_of.as_ref(), now);
    checks.finish()?;
    let page = Page {
        orders,
        size: usize::try_from(size).unwrap_or(usize::MAX),
        after,
    };
    Ok(Asked {
        filter,
        page,
        as_of,
        explain_missed: usize::try_from(request.explain_missed).unwrap_or(0),
        with_completeness: request.with_completeness,
        fingerprint,
    })
}

/// Reads what a watcher wants to see, and the fingerprint that its cursors carry.
pub(crate) fn watch(request: v1::WatchCapacityRequest) -> Result<(Filter, u64), Violations> {
    let contract = request.filter.unwrap_or_default();
    let mut checks = Checks::default();
    let filter = filter(&contract, &mut checks);
    check_tokens(&request.at_least, &mut checks);
    checks.finish()?;
    Ok((filter, fingerprint(&contract.encode_to_vec())))
}

/// One offering that is asked for.
pub(crate) struct Wanted {
    pub(crate) id: OfferingId,
    pub(crate) stream: StreamId,
    /// How much of its history, at most.
    pub(crate) history_limit: usize,
    /// None: as it is now.
    pub(crate) as_of: Option<Timestamp>,
}

/// Reads which offering is asked for, and how much of its history.
pub(crate) fn get(request: &v1::GetOfferingRequest, now: Timestamp) -> Result<Wanted, Violations> {
    let mut checks = Checks::default();
    let id = check_offering_id(&request.offering_id, &mut checks);
    if request.history_limit > MAX_HISTORY {
        checks.refuse(
            Path::root("history_limit"),
            format!("must not be more than {MAX_HISTORY}"),
        );
    }
    check_tokens(&request.at_least, &mut checks);
    let as_of = checks.as_of(Path::root("as_of"), request.as_of.as_ref(), now);
    let (id, stream) = finish(checks, id)?;
    Ok(Wanted {
        id,
        stream,
        history_limit: usize::try_from(request.history_limit).unwrap_or(0),
        as_of,
    })
}

fn check_tokens(at_least: &[String], checks: &mut Checks) {
    checks.at_most(Path::root("at_least"), at_least.len(), MAX_TOKENS);
}

fn orders(sort: &[i32], checks: &mut Checks) -> Vec<Order> {
    let path = Path::root("sort");
    let mut orders = Vec::new();
    if !checks.at_most(path, sort.len(), Order::COUNT) {
        return orders;
    }
    for (index, code) in sort.iter().enumerate() {
        let order = match v1::SortOrder::try_from(*code) {
            Ok(v1::SortOrder::Distance) => Order::Distance,
            Ok(v1::SortOrder::Wait) => Order::Wait,
            Ok(v1::SortOrder::Available) => Order::Available,
            Ok(v1::SortOrder::Freshness) => Order::Freshness,
            Ok(v1::SortOrder::Name) => Order::Name,
            Ok(v1::SortOrder::Practised) => Order::Practised,
            Ok(v1::SortOrder::Confidence) => Order::Confidence,
            Ok(v1::SortOrder::Unspecified) | Err(_) => {
                checks.refuse(path.item(index), format!("{code} is not a known value"));
                continue;
            }
        };
        // Named again it would break no tie.
        if !orders.contains(&order) {
            orders.push(order);
        }
    }
    orders
}

fn page_token(text: &str, question: u64, checks: &mut Checks) -> Option<Mark> {
    if text.is_empty() {
        return None;
    }
    let path = Path::root("page_token");
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let token = PageToken::decode(&*bytes).unwrap_or_default();
    let Ok(numbers) = token.numbers.try_into() else {
        checks.refuse(path, "is not a page token");
        return None;
    };
    if token.question != question {
        checks.refuse(
            path,
            "belongs to another question: filter, order and moment must stay the same",
        );
        return None;
    }
    Some(Mark {
        numbers,
        name: token.name,
        id: token.id,
    })
}

fn filter(contract: &v1::CapacityFilter, checks: &mut Checks) -> Filter {
    let path = Path::root("filter");
    let centre = centre(contract, path, checks);
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    if contract.age_years.is_some_and(|age| age > MAX_AGE_YEARS) {
        checks.refuse(
            path.field("age_years"),
            format!("must not be more than {MAX_AGE_YEARS}"),
        );
    }
    let group = text(&contract.diagnosis_group)
        .and_then(|group| checks.diagnosis_group(path.field("diagnosis_group"), &group));
    let insurer: Option<InsurerName> =
        text(&contract.insurer).and_then(|insurer| checks.insurer(path.field("insurer"), &insurer));
    let language = text(&contract.language).and_then(|language| {
        let form = "must be a language of ISO 639-1: two lower-case letters";
        checks.parsed(path.field("language"), &language, LanguageCode::parse, form)
    });
    let provider = text(&contract.provider_id).and_then(|provider| {
        let form = "must be a registered organisation such as agb:06011009";
        checks.parsed(
            path.field("provider_id"),
            &provider,
            ProviderId::parse,
            form,
        )
    });
    let care_types = checks.codes::<CareType>(path.field("care_types"), &contract.care_types);
    let circuits = checks.codes::<Circuit>(path.field("circuits"), &contract.circuits);
    let settings = checks.codes::<Setting>(path.field("settings"), &contract.settings);
    let origins = checks.codes::<Origin>(path.field("origins"), &contract.origins);
    Filter {
        within: within(contract, centre, path, checks),
        distances: centre.map(Distances::from),
        care_types: Bits::of(care_types.into_iter().map(|care_type| care_type as u32)),
        circuits: Bits::of(circuits.into_iter().map(|circuit| circuit as u32)),
        settings: Bits::of(settings.into_iter().map(|setting| setting as u32)),
        origins: Bits::of(origins.into_iter().map(|origin| origin as u32)),
        age_years: contract.age_years,
        group,
        insurer,
        language,
        max_wait_days: contract.max_wait_days,
        only_available: contract.only_available,
        only_current: contract.only_current,
        pause: pausing(contract.pause, path, checks),
        provider,
        only_overcommitted: contract.only_overcommitted,
        min_confidence: min_confidence(contract.min_confidence, path, checks),
        only_overdue: contract.only_overdue,
        needs: needs::check(contract, path, checks),
    }
}

fn min_confidence(least: Option<f64>, path: Path<'_>, checks: &mut Checks) -> Option<f64> {
    if least.is_some_and(|least| !(0.0..=1.0).contains(&least)) {
        checks.refuse(
            path.field("min_confidence"),
            "must be a chance between 0 and 1",
        );
    }
    least
}

fn centre(
    contract: &v1::CapacityFilter,
    path: Path<'_>,
    checks: &mut Checks,
) -> Option<&'static Municipality> {
    if contract.municipality_code.is_empty() {
        return None;
    }
    let code = checks.municipality(path.field("municipality_code"), &contract.municipality_code)?;
    reference::municipality(code)
}

/// The municipalities that are asked for, by distance and by region.
fn within(
    contract: &v1::CapacityFilter,
    centre: Option<&'static Municipality>,
    path: Path<'_>,
    checks: &mut Checks,
) -> Option<Places> {
    let near = near(contract, centre, path, checks);
    let region = contract
        .region
        .as_ref()
        .and_then(|region| members(region, path.field("region"), checks));
    match (near, region) {
        (Some(near), Some(region)) => Some(near.and(&region)),
        (near, region) => near.or(region),
    }
}

fn near(
    contract: &v1::CapacityFilter,
    centre: Option<&'static Municipality>,
    path: Path<'_>,
    checks: &mut Checks,
) -> Option<Places> {
    let here = path.field("max_distance_km");
    if let Some(most) = contract.max_distance_km {
        if contract.municipality_code.is_empty() {
            checks.refuse(here, "needs a municipality_code to measure from");
        }
        if !(0.0..=MAX_DISTANCE_KM).contains(&most) {
            checks.refuse(here, format!("must be between 0 and {MAX_DISTANCE_KM}"));
        }
    }
    let centre = centre?;
    let most = contract.max_distance_km.unwrap_or(0.0);
    Some(Places::those(|other| {
        other.code == centre.code || reference::distance_km(centre, other) <= most
    }))
}

fn members(region: &v1::Region, path: Path<'_>, checks: &mut Checks) -> Option<Places> {
    let Some(scheme) = RegionScheme::parse(&region.scheme) else {
        let known = RegionScheme::ALL.map(RegionScheme::as_str).join(", ");
        checks.refuse(path.field("scheme"), format!("must be one of {known}"));
        return None;
    };
    // A former municipality leads to its successor here as everywhere.
    let code = match (scheme, reference::current_code(&region.code)) {
        (RegionScheme::Municipality, CurrentCode::FormerOf(successor)) => successor.code.as_str(),
        _ => region.code.as_str(),
    };
    let Some(members) = reference::region_members(scheme, code) else {
        checks.refuse(
            path.field("code"),
            format!("must be a region of the layout {scheme}"),
        );
        return None;
    };
    Some(Places::those(|other| {
        members.iter().any(|member| member.code == other.code)
    }))
}

fn pausing(code: i32, path: Path<'_>, checks: &mut Checks) -> Option<Pausing> {
    match v1::PauseFilter::try_from(code) {
        Ok(v1::PauseFilter::Unspecified) => None,
        Ok(v1::PauseFilter::NotPaused) => Some(Pausing::NotPaused),
        Ok(v1::PauseFilter::Paused) => Some(Pausing::Paused),
        Err(_) => {
            checks.refuse(path.field("pause"), format!("{code} is not a known value"));
            None
        }
    }
}
