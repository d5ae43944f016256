//! What a regulator's page of a filing and a package for a court cost, counted in rows that are read: they grow with the
//! chain of the filing, neither with its square nor with the log.

use heqi_registration::legal_hold::PlaceHold;
use heqi_registration::regulator::court_package::{MOST_RECORDS, court_package};
use heqi_registration::regulator::looks::place_hold;

use crate::regulator::{by_company, regulator, signed};

/// Records that make the chain long.
const HOLDS: usize = 40;
/// The search's own chain, and the look's own record.
const BESIDE: usize = 8;

#[tokio::test]
async fn what_a_page_and_a_part_read_grows_with_the_chain_of_the_filing_and_not_with_the_log() {
    let (world, drafted) = signed().await;
    let (filing, facts, actor) = (drafted.filing, world.facts(), regulator());
    let query = world.search(&actor, &by_company()).await.unwrap();
    for _ in 0..HOLDS {
        let command = PlaceHold { filing, reason: "（2026）示例行初1号".into() };
        let request = world.request(&actor);
        place_hold(&world.platform, &request, query, command).await.unwrap();
    }
    let page = async || {
        world.store.rows_read();
        let seen = world.dossier(query, filing).await.unwrap();
        (seen, world.store.rows_read())
    };
    let part = async |from: usize| {
        world.store.rows_read();
        let at = (query, filing);
        let taken = court_package(&world.platform, &actor, &facts, at, from).await.unwrap();
        assert!(!taken.bytes.is_empty());
        world.store.rows_read()
    };

    // A page: its places, and once the frames for every signature that is examined.
    let (seen, reads) = page().await;
    let total = seen.events.len();
    assert!(seen.signatures.len() >= 2 && total > HOLDS, "{total}");
    let most = 2 * total + BESIDE;
    assert!(reads["link"] <= most && reads["leaf"] <= most, "{total}: {reads:?}");

    // A part: its own places, and once the frames for every bundle in it.
    let whole = part(0).await;
    let most = total.min(MOST_RECORDS) + total + BESIDE;
    assert!(whole["link"] <= most && whole["leaf"] <= most, "{total}: {whole:?}");
    let (three, five) = (part(total - 3).await, part(total - 5).await);
    for table in ["link", "leaf"] {
        assert_eq!(five[table] - three[table], 2, "{table}: {three:?} {five:?}");
        assert!(three[table] <= 3 + total + BESIDE, "{total}: {three:?}");
    }

    // Whatever else the log has by now.
    for _ in 0..HOLDS {
        world.drafted(1).await;
    }
    let (_, later) = page().await;
    let longer = part(total - 3).await;
    for table in ["link", "leaf"] {
        assert_eq!((later[table], longer[table]), (reads[table], three[table]), "{table}");
    }
}
