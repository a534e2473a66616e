use anyhow::Context as _;
use chassis::access::{Calls, Gate};
use chassis::{Node, ServiceStatus};
use domain::access::Region;
use tonic::service::{Routes, RoutesBuilder};
use tonic_health::ServingStatus;

use crate::config::{Service, Settings};
use crate::{keys, storage};

/// Starts the services on the node and returns what answers for them, with health and reflection.
pub(crate) fn mount(node: &Node, settings: &Settings) -> anyhow::Result<Routes> {
    let mut routes = RoutesBuilder::default();
    for service in &settings.services {
        start(*service, node, settings, &mut routes)?;
    }
    let (reporter, health) = tonic_health::server::health_reporter();
    follow(node, reporter);
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    routes.add_service(health).add_service(reflection);
    Ok(routes.routes())
}

fn start(
    service: Service,
    node: &Node,
    settings: &Settings,
    routes: &mut RoutesBuilder,
) -> anyhow::Result<()> {
    match service {
        Service::Capacity => capacity::mount(node, routes)?,
        Service::Waitlist => {
            let gateway = keys::gateway(settings, node)?;
            waitlist::mount(node, routes, (gateway, settings.erasure_hold))?;
        }
        Service::Evaluator => {
            let ring = keys::evaluator(settings)?;
            pseudonym_service::mount(node, routes, &ring, &storage::quota(settings))?;
        }
    }
    Ok(())
}

/// Returns the gate before the services: calls of others are not let in.
pub(crate) fn gate(node: &Node, services: &[Service]) -> anyhow::Result<Gate> {
    let here = Region::parse(&node.region).context("the region has no usable code")?;
    let calls: Vec<_> = services.iter().map(|service| calls(*service)).collect();
    Ok(Gate::new(here, &calls))
}

/// A service's full name, and what each of its calls may be asked as.
const fn calls(service: Service) -> (&'static str, Calls) {
    match service {
        Service::Capacity => (capacity::SERVICE_NAME, capacity::CALLS),
        Service::Waitlist => (waitlist::SERVICE_NAME, waitlist::CALLS),
        Service::Evaluator => (pseudonym_service::SERVICE_NAME, pseudonym_service::CALLS),
    }
}

/// Tells gRPC's health service what the node's health says, from now on.
fn follow(node: &Node, reporter: tonic_health::server::HealthReporter) {
    let mut health = node.health.watch();
    let shutdown = node.shutdown.clone();
    node.tasks.spawn(async move {
        loop {
            let services = health.borrow_and_update().clone();
            let all = services
                .values()
                .all(|status| *status == ServiceStatus::Serving);
            reporter.set_service_status("", serving(all)).await;
            for (name, status) in &services {
                let one = *status == ServiceStatus::Serving;
                reporter.set_service_status(name, serving(one)).await;
            }
            let Some(Ok(())) = shutdown.run_until_cancelled(health.changed()).await else {
                return;
            };
        }
    });
}

const fn serving(yes: bool) -> ServingStatus {
    if yes {
        ServingStatus::Serving
    } else {
        ServingStatus::NotServing
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost_reflect::DescriptorPool;

    use super::*;

    /// Every call of every contract, as `service/method`.
    fn of_the_contracts() -> BTreeSet<String> {
        let pool = DescriptorPool::decode(proto::DESCRIPTORS).unwrap();
        let services: Vec<_> = pool.services().collect();
        let methods = services.iter().flat_map(|service| {
            let name = service.full_name();
            service
                .methods()
                .map(move |method| format!("{name}/{}", method.name()))
        });
        methods.collect()
    }

    #[test]
    fn every_call_of_every_contract_asks_the_table() {
        let named = Service::ALL.iter().flat_map(|service| {
            let (name, calls) = calls(*service);
            calls
                .iter()
                .filter(|(_, actions)| !actions.is_empty())
                .map(move |(method, _)| format!("{name}/{method}"))
        });
        let named: BTreeSet<_> = named.collect();
        assert_eq!(named, of_the_contracts());
    }
}
