//! The two parts of the app: the API, and the control endpoint beside it.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};

use crate::control;
use crate::delivery::Delivery;
use crate::operations::Operation;
use crate::request::Received;
use crate::stage;
use crate::state::World;

/// The whole app. To an API request it answers with a [`Delivery`] among the response's extensions, which the
/// front carries out; it finds the request as it came, a [`Received`], among the request's.
pub(crate) fn app(world: World) -> Router {
    Router::new().nest("/_sandbox", control::routes(world.clone())).fallback(api).with_state(world)
}

async fn api(State(world): State<World>, mut request: Request) -> Response {
    let received = request.extensions_mut().remove::<Received>().unwrap_or_default();
    let (operation, process_id) = Operation::of(&received.method, &received.path);
    stage::perform(&world, operation, process_id, &received).into_response()
}

impl IntoResponse for Delivery {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}
