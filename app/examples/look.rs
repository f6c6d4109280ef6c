use app::components::Tone;
use app::components::*;
use app::server::{frame::*, state::*, *};
use chrono::{NaiveDate, TimeZone, Utc};
use domain::{actor::*, ids::*, risk::matrix::*};
use leptos::prelude::*;
use std::sync::Arc;
struct E;
impl store::Env for E {
    fn now(&self) -> chrono::DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 23, 14, 5, 0).unwrap()
    }
    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }
    fn secret(&self) -> [u8; 32] {
        [0; 32]
    }
}
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let store = store::Store::connect(
        "postgres://x@localhost/x".parse().unwrap(),
        1,
        Arc::new(E),
        Arc::new(object_store::memory::InMemory::new()),
    );
    let state = AppState {
        store,
        assets: Assets {
            base: std::env::var("BASE").unwrap_or(".".into()).into(),
            islands: std::env::var("BASE").is_ok(),
        },
        site: Site {
            organisation: "Meridian Group".into(),
            version: "0.1.0".into(),
            demo: false,
            base_url: "https://register.example".into(),
            upload_limit: 100_000_000,
        },
    };
    for theme in [Theme::Light, Theme::Dark] {
        let frame = |path: &str| Frame {
            path: path.into(),
            query: String::new(),
            nonce: None,
            now: state.store.now(),
            actor: Some(Actor {
                id: PersonId(uuid::Uuid::nil()),
                name: "Ada Okafor".into(),
                email: "ada@meridian.example".into(),
                roles: vec![Role::Owner, Role::Admin],
                address: None,
            }),
            notice: Some(Notice::Saved),
            theme,
            request_id: None,
        };
        let write = |name: &str, r: axum::response::Response| {
            let n = format!("/tmp/look/{name}-{}.html", theme.code());
            async move {
                let b = axum::body::to_bytes(r.into_body(), 1 << 24).await.unwrap();
                std::fs::write(n, b).unwrap();
            }
        };
        let ok = axum::http::StatusCode::OK;
        let m: &'static Matrix = Box::leak(Box::new(Matrix::default()));
        let at = state.store.now();
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        // list
        let url = PageUrl::parse("/risks", "tier=high&sort=-residual&after=x");
        let r = |l, i| Rated::new(m, Point { likelihood: l, impact: i }).unwrap();
        let rows = [
            (
                "R-340",
                "Prompt injection through customer documents",
                "Claims triage assistant",
                r(5, 4),
                r(3, 4),
                "In progress",
                3,
                "Ada Okafor",
            ),
            (
                "R-12",
                "Unequal error rates between age groups",
                "Credit pre-check",
                r(4, 5),
                r(4, 4),
                "Open",
                1,
                "Jonas Weber",
            ),
            (
                "R-77",
                "Answers invented without a source",
                "Service desk bot",
                r(4, 3),
                r(2, 2),
                "Accepted",
                4,
                "Mei Tanaka",
            ),
            (
                "R-9",
                "Personal data remembered by the model",
                "Contract summaries",
                r(3, 4),
                r(1, 2),
                "Closed",
                2,
                "Ada Okafor",
            ),
        ];
        let body = page::render(&state, &frame("/risks"), ok, "Risks", None, || {
            view! {
                <PageHeader title="Risks" lead="What could go wrong with our AI systems, and how much of it is left after mitigation." action_href="/risks/new" action="Add a risk" more=vec![("Export CSV".into(),"/x".into())]/>
                <FilterBar search="Search risks" chips=vec![Chip::new("Tier: High",&url,"tier","high"),Chip::new("Owner: Ada Okafor",&url,"owner","x")]>
                    <FilterSelect name="tier" label="Tier" choices=app::choices!(domain::triage::Tier)/>
                    <FilterSelect name="stage" label="Stage" choices=app::choices!(domain::system::Stage)/>
                </FilterBar>
                <Table caption="Risks" columns=vec![Column::text("Risk").sort("title",&url),Column::text("Inherent"),Column::text("Residual").sort("residual",&url),Column::text("Status"),Column::number("Mitigations"),Column::text("Owner"),Column::text("Due")]>
                    {rows.into_iter().map(|(rf,t,s,a,b,st,n,o)|view!{<tr><td><a href="#">{t}</a><span class="cell-sub"><span class="ref">{rf}</span>" · "{s}</span></td><td><RatingCell rated=a/></td><td><RatingCell rated=b of="Residual"/></td><td><Badge label=st tone=if st=="Open"{Tone::Warning}else if st=="Closed"{Tone::Success}else{Tone::Info}/></td><td class="num">{n}</td><td><Person name=o/></td><td><DueDate date=NaiveDate::from_ymd_opt(2026,11,20).unwrap() today=today/></td></tr>}).collect_view()}
                </Table>
                <Pager next=Some("abc".into()) summary="4 of 1,204 risks"/>
            }
        });
        write("list", body).await;
        // system
        let body = page::render(&state, &frame("/systems/AIS-12"), ok, "Claims triage assistant", None, || {
            view! {
                <PageHeader title="Claims triage assistant" reference="AIS-12" crumbs=vec![Crumb::new("Systems","/systems")] action_href="#" action="Submit for review" more=vec![("Edit".into(),"#".into())]>
                    <Badge label="Changes requested" tone=Tone::Warning/><Tier tier=domain::triage::Tier::High/>
                </PageHeader>
                <Tabs label="Sections of AIS-12" current="/systems/AIS-12" tabs=vec![Tab::new("Overview","/systems/AIS-12"),Tab::new("Triage","/t"),Tab::counted("Risks","/r",12),Tab::counted("Mitigations","/m",7),Tab::counted("Evidence","/e",4),Tab::new("Reviews","/v"),Tab::new("History","/h")]/>
                <div class="split"><div>
                  <Callout tone=Tone::Warning title="The approval no longer fits"><p>"Since 3 May the dossier differs: purpose, 2 risks."</p></Callout>
                  <Section title="Ready to submit?"><p><Progress done=7 of=9 label="parts are done"/></p>
                  <TaskList label="Parts" tasks=vec![Task::new("Triage","#",TaskStatus::Done),Task::new("Context","#",TaskStatus::Done),Task::new("Risks","#",TaskStatus::InProgress).detail("2 risks have no residual rating"),Task::new("Evidence","#",TaskStatus::NeedsAttention).detail("Validation report is missing"),Task{title:"Check answers and submit".into(),href:None,status:TaskStatus::Blocked,detail:None}]/></Section>
                  <Section title="What changed" lead="Since the decision of 3 May 2026."><Diff changes=vec![FieldChange::new("Purpose",Some("Sorts incoming claims by urgency".into()),Some("Sorts incoming claims by urgency and drafts a first answer".into())),FieldChange::new("Vendor",None,Some("Northwind AI".into()))]/></Section>
                  <Section title="History"><Timeline entries=vec![HistoryEntry{at:at,who:"Jonas Weber".into(),what:"requested changes".into(),detail:Some(view!{<Markdown source="Please add the **validation report** and:\n\n- error rates by age group\n- `precision` at 0.5"/>}.into_any()),tone:Tone::Warning},HistoryEntry{at:at,who:"Ada Okafor".into(),what:"submitted the dossier".into(),detail:None,tone:Tone::Info}]/></Section>
                  <Section title="Evidence" action_href="#" action="Add"><EmptyState title="No evidence yet" text="Test results, evaluations and reports stand here, each with its date and its hash." action_href="#" action="Add evidence"/></Section>
                </div><aside><Card title="At a glance"><KeyValues><KeyValue label="Owner" change_href="#"><Person name="Ada Okafor"/></KeyValue><KeyValue label="Business unit">"Claims Operations"</KeyValue><KeyValue label="Stage">"Pilot"</KeyValue><KeyValue label="Registered"><DateText date=today/></KeyValue><KeyValue label="Residual"><RatingCell rated=r(4,4)/></KeyValue></KeyValues></Card></aside></div>
            }
        });
        write("system", body).await;
        // portfolio
        let data = HeatmapData::new(
            m,
            "Residual risks of all systems",
            |p| {
                (
                    ((p.likelihood * 7 + p.impact * 3) % 11) as i64 * 3,
                    format!("/risks?l={}&i={}", p.likelihood, p.impact),
                )
            },
            vec![
                HeatmapArrow { from: (5, 4), to: (3, 3), count: 12 },
                HeatmapArrow { from: (4, 5), to: (4, 3), count: 3 },
                HeatmapArrow { from: (3, 4), to: (1, 2), count: 6 },
            ],
        );
        let body = page::render(&state, &frame("/reports"), ok, "Portfolio", None, || {
            view! {
                <PageHeader title="Portfolio" lead="All business units, 23 Nov 2026."/>
                <Stats><Stat label="AI systems" value=1048 href="#"/><Stat label="Risks above appetite" value=37 href="#" alert=true note="5 fewer than last month"/><Stat label="Overdue mitigations" value=12 href="#" alert=true/><Stat label="Decisions waiting" value=4 href="#" note="Oldest: 9 days"/><Stat label="Approvals expiring in 90 days" value=18 href="#"/></Stats>
                <Section title="Residual risk"><Heatmap data=data/></Section>
                <Section title="Systems"><div class="grid"><Card><Bars caption="By tier" bars=vec![Bar::new("Minimal",512,"#").level(domain::risk::matrix::Tone::Calm),Bar::new("Limited",330,"#").level(domain::risk::matrix::Tone::Mild),Bar::new("High",170,"#").level(domain::risk::matrix::Tone::Warm),Bar::new("Critical",36,"#").level(domain::risk::matrix::Tone::Hot)]/></Card><Card title="Trend"><p><Sparkline label="Systems, last 12 months" values=vec![3,5,9,8,14,20,22,21,30,33,41,48]/>" 48 systems"</p></Card></div></Section>
            }
        });
        write("portfolio", body).await;
        // form
        let body_bytes = "name=&due=2026-13-01&purpose=It+helps+&stage=pilot&q1=yes&likelihood=4&impact=4&once=00000000-0000-0000-0000-000000000000";
        let mut f = RawForm::parse(body_bytes.as_bytes()).unwrap().reader();
        let name = f.text("name", "Enter the system’s name");
        let due = f.date("due", "Enter a date");
        let st = f.pick::<domain::system::Kind>("kind", "Choose a kind");
        f.prose("purpose", "x");
        f.opt("stage");
        f.opt("q1");
        f.opt("likelihood");
        f.opt("impact");
        let form = f.finish((name, due, st)).err().unwrap();

        let steps = || (1..=5).map(|i| Choice::new(i, format!("{i}"))).collect::<Vec<_>>();
        let body = page::render(
            &state,
            &frame("/systems/new"),
            ok,
            "Register a system",
            Some(&form.clone()),
            move || {
                view! {
                    <div class="narrow"><PageHeader title="Register a system" crumbs=vec![Crumb::new("Systems","/systems")] lead="Five answers to begin with. Everything else can follow."/>
                    <ConflictNotice who="Jonas Weber" fields=vec![ConflictField::new("Purpose","Sorts claims","Sorts claims and answers")]/>
                    <Form action="#" submit="Register" cancel="/systems">
                      <TextField name="name" label="Name" hint="As people call it"/>
                      <app::islands::SimilarNames input_id="f-name".to_string() endpoint="/systems/similar".to_string()/>
                      <TextArea name="purpose" label="Purpose" markdown=true/>
                      <SelectField name="stage" label="Lifecycle stage" choices=app::choices!(domain::system::Stage)/>
                      <Radios name="kind" label="Kind" choices=app::choices!(domain::system::Kind)/>
                      <YesNo name="q1" label="Does it process personal data?" hint="Also when it is only passed through"/>
                      <Checkboxes name="data" label="Data" choices=app::choices!(domain::system::DataCategory) optional=true/>
                      <div class="two-fields"><SelectField name="likelihood" label="Likelihood" choices=steps()/><SelectField name="impact" label="Impact" choices=steps()/></div>
                      <app::islands::RatingPreview matrix=Matrix::default() likelihood_id="f-likelihood".to_string() impact_id="f-impact".to_string() likelihood="4".to_string() impact="4".to_string()/>
                      <DateField name="due" label="Due"/>
                      <EmailField name="email" label="E-mail"/><PasswordField name="pw" label="Password"/>
                      <app::islands::Upload><FileField name="file" label="File" hint="Up to 100 MB"/></app::islands::Upload>
                      <CheckboxField name="ok" label="I declare that this is complete"/>
                      <ConfirmByTyping expected="AIS-12" consequence="The system is retired. Its records stay."/>
                    </Form></div>
                }
            },
        );
        write("form", body).await;
        let body = error::framed(
            || async { AppError::NotFound },
            app::routes::Access::Public,
            axum::extract::State(state.clone()),
            axum::extract::Request::builder().uri("/x").body(axum::body::Body::empty()).unwrap(),
        )
        .await;
        write("error", body).await;
    }
}
