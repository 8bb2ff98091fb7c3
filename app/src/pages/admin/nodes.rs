//! The nodes of the deployment, and which take sockets.

use super::moment;
use crate::{i18n::Order, protocol::admin::NodeLine};
use leptos::prelude::*;

pub(super) fn view(nodes: Vec<NodeLine>, words: &'static Order) -> impl IntoView {
    let lines = nodes.into_iter().map(|it| line(it, words)).collect_view();
    view! {
        <p class="page__lead">{words.nodes_lead}</p>
        <table class="admin-table">
            <thead>
                <tr>
                    <th scope="col">{words.name}</th>
                    <th scope="col">{words.node_version}</th>
                    <th scope="col">{words.node_sockets}</th>
                    <th scope="col">{words.since}</th>
                    <th scope="col">{words.state}</th>
                    <th scope="col">{words.act}</th>
                </tr>
            </thead>
            <tbody>{lines}</tbody>
        </table>
    }
}

fn line(node: NodeLine, words: &'static Order) -> impl IntoView {
    let (value, label, state) = if node.draining {
        ("off", words.node_undo, words.node_draining)
    } else {
        ("on", words.node_drain, words.node_takes)
    };
    let this = node.is_this.then(|| view! { " " <span class="tag">{words.node_this}</span> });
    let label_whole = format!("{label}: {}", node.name);
    view! {
        <tr>
            <th scope="row">{node.name} {this}</th>
            <td data-label=words.node_version>{node.version}</td>
            <td data-label=words.node_sockets>{node.sessions}</td>
            <td data-label=words.since>{moment(node.since)}</td>
            <td data-label=words.state data-tone=node.draining.then_some("bad")>{state}</td>
            <td data-label=words.act>
                <form method="post" action=format!("/admin/nodes/{}", node.id)>
                    <button class="plain" name="drain" value=value aria-label=label_whole>
                        {label}
                    </button>
                </form>
            </td>
        </tr>
    }
}
