use std::time::{Duration, Instant};

use proto::capacity::v1::{FindCapacityRequest, GetOfferingRequest};
use tonic::{Code, Status};

use crate::Server;

const DEADLINE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(20);

impl Server {
    /// Waits until it answers what is asked of it; panics if it does not come to that.
    pub async fn serves(&self) {
        let mut client = self.client();
        let until = Instant::now() + DEADLINE;
        while let Err(status) = client.find_capacity(FindCapacityRequest::default()).await {
            wait(&status, until).await;
        }
    }

    /// Waits until it has read as far as this position token.
    pub async fn has(&self, position: &str) {
        let mut client = self.client();
        let until = Instant::now() + DEADLINE;
        let request = FindCapacityRequest {
            at_least: vec![position.to_owned()],
            ..FindCapacityRequest::default()
        };
        while let Err(status) = client.find_capacity(request.clone()).await {
            wait(&status, until).await;
        }
    }

    /// Waits until it has heard of these offerings, which may have been published on another node.
    pub async fn knows(&self, offerings: &[String]) {
        let mut client = self.client();
        let until = Instant::now() + DEADLINE;
        for offering in offerings {
            let request = GetOfferingRequest {
                offering_id: offering.clone(),
                ..GetOfferingRequest::default()
            };
            while let Err(status) = client.get_offering(request.clone()).await {
                wait(&status, until).await;
            }
        }
    }
}

async fn wait(status: &Status, until: Instant) {
    let passes = matches!(
        status.code(),
        Code::Unavailable | Code::NotFound | Code::DeadlineExceeded | Code::Unknown
    );
    assert!(passes && Instant::now() < until, "still: {status}");
    tokio::time::sleep(PAUSE).await;
}
