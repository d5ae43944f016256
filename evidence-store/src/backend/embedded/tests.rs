mod faults;
pub(crate) mod fixture;
pub(crate) mod opening;
mod running;

use fixture::Fixture;

use crate::backend::Backend;
use crate::conformance;

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_backend_conforms() {
    let fixtures = parking_lot::Mutex::new(Vec::new());
    conformance::all(|| async {
        let fixture = Fixture::new();
        let store = fixture.open();
        fixtures.lock().push(fixture);
        std::sync::Arc::new(store) as std::sync::Arc<dyn Backend>
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_backend_conforms_with_tiny_segments_and_batches() {
    let fixtures = parking_lot::Mutex::new(Vec::new());
    conformance::all(|| async {
        let mut fixture = Fixture::new();
        fixture.settings.segment_bytes = 20_000;
        fixture.settings.snapshot_bytes = 50_000;
        fixture.settings.batch_items = 3;
        fixture.settings.batch_bytes = 5_000;
        let store = fixture.open();
        fixtures.lock().push(fixture);
        std::sync::Arc::new(store) as std::sync::Arc<dyn Backend>
    })
    .await;
}
