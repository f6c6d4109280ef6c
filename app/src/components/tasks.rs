//! A list of things to do, in any order, each with its state and a link to where it is done.

use super::{Badge, Tone, text::classes};
use leptos::prelude::*;

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskStatus {
    Done,
    InProgress,
    ToDo,
    /// Done, but something changed since.
    NeedsAttention,
    /// Something else comes first.
    Blocked,
    Optional,
}

impl TaskStatus {
    /// The words that people read.
    pub fn label(self) -> &'static str {
        match self {
            TaskStatus::Done => "Done",
            TaskStatus::InProgress => "In progress",
            TaskStatus::ToDo => "To do",
            TaskStatus::NeedsAttention => "Needs attention",
            TaskStatus::Blocked => "Can\u{2019}t start yet",
            TaskStatus::Optional => "Optional",
        }
    }

    fn tone(self) -> Tone {
        match self {
            TaskStatus::Done => Tone::Success,
            TaskStatus::InProgress | TaskStatus::ToDo => Tone::Info,
            TaskStatus::NeedsAttention => Tone::Warning,
            TaskStatus::Blocked | TaskStatus::Optional => Tone::Neutral,
        }
    }
}

/// One thing to do.
#[derive(Clone, Debug)]
pub struct Task {
    pub title: String,
    /// Where it is done; none while it is blocked.
    pub href: Option<String>,
    pub status: TaskStatus,
    /// A sentence: what is missing, or what it asks for.
    pub detail: Option<String>,
}

impl Task {
    /// A task with its place.
    pub fn new(title: impl Into<String>, href: impl Into<String>, status: TaskStatus) -> Self {
        Self { title: title.into(), href: Some(href.into()), status, detail: None }
    }

    /// Adds a sentence.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// The list.
#[component]
pub fn TaskList(#[prop(into)] label: String, tasks: Vec<Task>) -> impl IntoView {
    let items = tasks.into_iter().map(|task| {
        let class = classes(&[("task", true), ("task-done", task.status == TaskStatus::Done)]);
        let title = match task.href {
            Some(href) => view! { <a href=href>{task.title}</a> }.into_any(),
            None => view! { <span>{task.title}</span> }.into_any(),
        };
        view! {
            <li class=class>
                <div class="task-text">{title}{task.detail.map(|detail| view! { <p class="muted">{detail}</p> })}</div>
                <Badge label=task.status.label() tone=task.status.tone()/>
            </li>
        }
    }).collect_view();
    view! { <section aria-label=label><ul class="tasks">{items}</ul></section> }
}
