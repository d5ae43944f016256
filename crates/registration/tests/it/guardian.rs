//! A guardian signs for a minor who holds shares (edge case 8).
//!
//! - [`showing`], [`looked_for`], [`of_age`], [`kept`]: the tests

mod kept;
mod looked_for;
mod of_age;
mod showing;

use heqi_filing::{Capacity, PartyKind};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::begin_signing::{BeginSigning, begin_signing};
use heqi_registration::declare_contact::{DeclareContact, declare_contact};
use heqi_registration::show_guardianship::{
    GuardianProof, GuardianRelation, GuardianshipShown, ShowGuardianship, ShowGuardianshipError,
    show_guardianship,
};
use heqi_testkit::files;
use heqi_vocabulary::{Explain as _, Language, PartyId};

use crate::review::{Mood, Scene, contact};
use crate::world::Visitor;

/// Born in 2015.
pub(crate) const WARD_NUMBER: &str = "330112201501019999";

/// Born on 24 November 2008: of age four hours after the beginning of every test.
const GROWING_NUMBER: &str = "330112200811249998";

/// A guardian who has come in, and the handler of the filing.
pub(crate) async fn scene() -> (Scene, Visitor, PartyId) {
    let (scene, handler) = drafted().await;
    let visitor = scene.visitor().await;
    (scene, visitor, handler)
}

/// A minor with a guardian, whom nobody has invited, and the handler of the filing.
async fn drafted() -> (Scene, PartyId) {
    let mut scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    scene.filing = world.open().await;
    let command = AddParty {
        filing: scene.filing,
        who: PartyKind::Ward {
            name: "林小茶".parse().unwrap(),
            guardian: "林嘉伟".parse().unwrap(),
        },
        capacities: [Capacity::Shareholder].into(),
    };
    let added = add_party(&world.platform, &world.request(&world.staff), command).await;
    scene.party = added.unwrap().party_id;
    let handler = world.add(scene.filing, "何静", Capacity::Handler).await;
    world.attach(scene.filing, "公司章程").await;
    let command = DeclareContact { filing: scene.filing, party: scene.party, contact: contact() };
    declare_contact(&world.platform, &world.request(&world.staff), command).await.unwrap();
    scene.check().await;
    (scene, handler)
}

/// What beginning is refused with.
async fn begin_refused(scene: &Scene, visitor: &Visitor) -> &'static str {
    let command = BeginSigning {
        device_key: visitor.device.key().public_key().to_spki_der(),
        language: Language::Zh,
    };
    let world = &scene.world;
    let begun = begin_signing(&world.platform, &world.request(&visitor.actor), command).await;
    begun.unwrap_err().code()
}

pub(crate) fn proof(number: &str) -> ShowGuardianship {
    ShowGuardianship {
        relation: GuardianRelation::Parent,
        proof: GuardianProof::HouseholdRegister,
        number: number.parse().unwrap(),
        is_agreed: true,
        file: files::photo("household register").into(),
    }
}

async fn show(
    scene: &Scene,
    visitor: &Visitor,
    command: ShowGuardianship,
) -> Result<GuardianshipShown, ShowGuardianshipError> {
    let world = &scene.world;
    show_guardianship(&world.platform, &world.request(&visitor.actor), command).await
}
