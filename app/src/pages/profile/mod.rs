//! The AI RMF profile: /govern for the organisation, /systems/{ref}/profile for a system; below each, one page a subcategory.

mod answer;
mod coverage;
mod form;
mod parts;
mod show;

pub use answer::{
    autosave_govern, autosave_system, confirm_all_govern, confirm_all_system, confirm_govern, confirm_system,
    control_govern, control_system, save_govern, save_system, verify_govern, verify_system,
};
pub use coverage::{catalog, coverage_govern, coverage_system, oscal_govern, oscal_system};
pub use parts::state;
pub use show::{govern, system};

use crate::pages::systems::frame;
use crate::server::{AppError, Cx};
use store::profile::Whose;
use store::systems::SystemHeader;

/// "MEASURE 2.10" as it stands in an address and as the anchor on the page: "MEASURE-2.10".
pub(crate) fn slug(control: &str) -> String {
    control.replace(' ', "-")
}

/// The identifier that an address names.
fn control(slug: &str) -> String {
    slug.replace('-', " ")
}

/// Where a profile is.
pub(crate) fn home(whose: Whose) -> String {
    match whose {
        Whose::Organisation => "/govern".to_owned(),
        Whose::System(reference) => frame::href(reference, "/profile"),
    }
}

/// The frame of a system's profile; none for the organisation's.
async fn header(cx: &Cx, reference: Option<&str>) -> Result<(Whose, Option<SystemHeader>), AppError> {
    let Some(reference) = reference else { return Ok((Whose::Organisation, None)) };
    let header = frame::load(cx, reference).await?;
    Ok((Whose::System(header.located.reference), Some(header)))
}
