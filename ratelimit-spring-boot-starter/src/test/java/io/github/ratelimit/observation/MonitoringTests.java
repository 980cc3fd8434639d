package io.github.ratelimit.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.PermitRequest;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.client.LocalProvider;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Compares docs/monitoring.md, the dashboard and the alert rules with what Prometheus
 * scrapes from an application that has had calls of every kind.
 */
@Tag("redis")
class MonitoringTests {

	private static final Path DOCS = Path.of("..", "docs");

	/** What Prometheus itself adds to each sample. */
	private static final Set<String> OF_PROMETHEUS = Set.of("job", "instance");

	private static final Pattern ROW = Pattern.compile("^\\| `(ratelimit[\\w.]+)` \\| `(\\w+)` \\|([^|]*)\\|",
			Pattern.MULTILINE);

	private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

	private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((\\w+), (\\w+)\\)");

	private static final Pattern ALERT_LABEL = Pattern.compile("\\$labels\\.(\\w+)");

	private static final Set<String> CONTRACT = Set.of("ratelimit.decisions", "ratelimit.client.calls",
			"ratelimit.client.wait", "ratelimit.client.used", "ratelimit.store.latency", "ratelimit.store.errors",
			"ratelimit.wait", "ratelimit.keys", "ratelimit.forgotten");

	private static PrometheusMetrics prometheus = new PrometheusMetrics(Map.of());

	private static String openMetrics = "";

	private static List<Meter> meters = List.of();

	/** The used part of a quota that is used up, except for the default reserve. */
	private static double used;

	@BeforeAll
	static void scrapeAnApplicationThatHasHadCallsOfEveryKind() throws Exception {
		try (RedisServer redis = RedisServer.start();
				LocalProvider provider = new LocalProvider(LocalProvider.status(200, "{}", "x-ratelimit-limit-requests",
						"100", "x-ratelimit-remaining-requests", "many"));
				ConfigurableApplicationContext context = start(redis.port(), provider.url())) {
			RateLimiter limiter = context.getBean(RateLimiter.class);
			Application.TRACE.set("4bf92f3577b34da6a3ce929d0e0e4736");
			for (int i = 0; i < 3; i++) {
				limiter.tryAcquire("chat", "sk-secret");
				limiter.tryAcquire("tried-out", "sk-secret");
			}
			PrometheusMeterRegistry registry = context.getBean(PrometheusMeterRegistry.class);
			Polling.until(Duration.ofSeconds(20), "a call that waited", () -> {
				limiter.acquire(List.of(new PermitRequest("queue", Key.of("sk-secret"), 1)));
				return registry.find("ratelimit.wait").timer() != null;
			});
			Application.TRACE.remove();
			context.getBean(Partners.class).call("sk-secret");
			RestClient client = context.getBean(RestClient.Builder.class).baseUrl(provider.url()).build();
			TestThreads.run(4, (thread) -> client.get().uri("/v1/models").retrieve().toBodilessEntity());
			Gauge full = registry.get("ratelimit.client.used").tag("client", "full").gauge();
			Polling.until(Duration.ofSeconds(20), "a quota that is used up except for the reserve", () -> {
				limiter.tryAcquire("full", "sk-secret");
				return full.value() > 0.89;
			});
			limiter.tryAcquire("full", "sk-secret");
			used = full.value();
			redis.kill();
			Polling.until(Duration.ofSeconds(20), "a decision without Redis and an error", () -> {
				limiter.tryAcquire("chat", "sk-another");
				return registry.find("ratelimit.store.errors").counter() != null;
			});
			prometheus = PrometheusMetrics.parse(registry.scrape());
			openMetrics = registry.scrape("application/openmetrics-text; version=1.0.0; charset=utf-8");
			meters = registry.getMeters()
				.stream()
				.filter((meter) -> meter.getId().getName().startsWith("ratelimit"))
				.toList();
		}
	}

	private static ConfigurableApplicationContext start(int redis, String provider) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.run("--spring.main.banner-mode=off", "--logging.level.root=warn", "--spring.data.redis.port=" + redis,
					"--spring.data.redis.repositories.enabled=false", "--ratelimit.store=redis",
					"--ratelimit.redis.deadline=2s", "--ratelimit.limits.chat.rate=2/h",
					"--ratelimit.limits.chat.key=header('X-API-Key')",
					"--ratelimit.limits.chat.ban-after=1 denial in 1min for 1h",
					"--ratelimit.limits.tried-out.rate=1/h", "--ratelimit.limits.tried-out.key=ip",
					"--ratelimit.limits.tried-out.mode=shadow", "--ratelimit.limits.queue.rate=10/s",
					"--ratelimit.limits.queue.key=ip", "--ratelimit.limits.queue.max-wait=1s",
					"--ratelimit.clients.api.match=" + provider + "/**", "--ratelimit.clients.api.dialect=openai",
					"--ratelimit.clients.api.max-concurrent=1",
					"--ratelimit.clients.full.match=" + provider + "/full/**", "--ratelimit.clients.full.dialect=none",
					"--ratelimit.clients.full.requests=20/h");
	}

	@Test
	void everyMetricOfTheContractHasADescriptionAndAUnit() {
		assertThat(meters).extracting((meter) -> meter.getId().getName()).containsAll(CONTRACT);
		assertThat(meters).filteredOn((meter) -> !meter.getId().getName().startsWith(StoreObservations.NAME))
			.allSatisfy((meter) -> {
				assertThat(meter.getId().getDescription()).as(meter.getId().getName()).isNotBlank();
				assertThat(meter.getId().getBaseUnit()).as(meter.getId().getName()).isNotBlank();
			});
	}

	@Test
	void noLabelTellsAKey() {
		assertThat(prometheus.labels().toString()).doesNotContain("secret", "another", "k_");
	}

	@Test
	void everyKindOfDecisionIsCounted() {
		assertThat(meters).filteredOn((meter) -> "exempt".equals(meter.getId().getTag("outcome")))
			.anyMatch((meter) -> ((FunctionCounter) meter).count() == 1);
		assertThat(prometheus.labels().get("ratelimit_decisions_total").get("outcome")).contains("allowed", "denied",
				"shadow_denied", "degraded", "exempt");
		assertThat(prometheus.labels().get("ratelimit_store_call_seconds_count").get("outcome")).contains("allowed")
			.containsAnyOf("failed", "late");
	}

	@Test
	void thePageHasExactlyTheMetricsAndLabelsThatPrometheusShows() throws IOException {
		Map<String, Set<String>> page = new TreeMap<>();
		Set<String> names = new TreeSet<>();
		ROW.matcher(Files.readString(DOCS.resolve("monitoring.md"))).results().forEach((row) -> {
			names.add(row.group(1));
			page.put(row.group(2),
					QUOTED.matcher(row.group(3))
						.results()
						.map((MatchResult label) -> label.group(1))
						.collect(Collectors.toCollection(TreeSet::new)));
		});
		assertThat(page).isEqualTo(prometheus.byFamily());
		assertThat(names).isEqualTo(
				meters.stream().map((meter) -> meter.getId().getName()).collect(Collectors.toCollection(TreeSet::new)));
	}

	@Test
	void theDashboardAsksForMetricsAndLabelsThatExist() throws IOException {
		JsonNode dashboard = JsonMapper.builder()
			.build()
			.readTree(Files.readString(DOCS.resolve("monitoring/grafana-dashboard.json")));
		List<String> expressions = new ArrayList<>();
		dashboard.get("panels").forEach((panel) -> {
			assertThat(panel.get("title").asString()).isNotBlank();
			panel.path("targets").forEach((target) -> expressions.add(target.get("expr").asString()));
		});
		assertThat(expressions).hasSizeGreaterThan(15).allSatisfy(MonitoringTests::assertExists);

		List<String> variables = StreamSupport.stream(dashboard.get("templating").get("list").spliterator(), false)
			.map((variable) -> variable.get("query").asString())
			.filter((query) -> query.startsWith("label_values"))
			.toList();
		assertThat(variables).hasSize(3).allSatisfy((query) -> {
			MatchResult parts = LABEL_VALUES.matcher(query).results().findFirst().orElseThrow();
			assertThat(labels(parts.group(1))).contains(parts.group(2));
		});
	}

	@Test
	void aQuotaThatIsUsedUpExceptForTheReserveIsAnAlert() throws IOException {
		Map<String, Object> file = new Yaml().load(Files.readString(DOCS.resolve("monitoring/alerts.yml")));
		assertThat(list(list(file.get("groups")).get(0).get("rules")))
			.filteredOn((rule) -> rule.get("alert").equals("RateLimitClientNearQuota"))
			.singleElement()
			.satisfies((rule) -> {
				String expression = (String) rule.get("expr");
				double threshold = Double.parseDouble(expression.substring(expression.indexOf('>') + 1));
				// permits that refill meanwhile must not end the alert
				assertThat(threshold).isLessThanOrEqualTo(used - 0.05);
			});
	}

	@Test
	void theAlertsAskForMetricsAndLabelsThatExist() throws IOException {
		Map<String, Object> file = new Yaml().load(Files.readString(DOCS.resolve("monitoring/alerts.yml")));
		List<Map<String, Object>> rules = list(list(file.get("groups")).get(0).get("rules"));
		String page = Files.readString(DOCS.resolve("monitoring.md"));
		assertThat(rules).hasSizeGreaterThan(8).allSatisfy((rule) -> {
			String expression = (String) rule.get("expr");
			assertExists(expression);
			Set<String> known = PromQuery.parse(expression).grouping();
			String annotations = rule.get("annotations").toString();
			assertThat(annotations).contains("summary=", "description=");
			assertThat(ALERT_LABEL.matcher(annotations).results().map((MatchResult label) -> label.group(1)))
				.isSubsetOf(known);
			assertThat(rule.get("labels").toString()).matches("\\{severity=(info|warning|critical)}");
			assertThat(page).contains("| `" + rule.get("alert") + "` |");
		});
	}

	@Test
	void latenciesOfCallsWithASpanHaveExemplars() {
		assertThat(openMetrics.lines()).filteredOn((line) -> line.startsWith("ratelimit_store_latency_seconds_bucket"))
			.anyMatch((line) -> line.contains("trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\""));
	}

	private static void assertExists(String expression) {
		PromQuery query = PromQuery.parse(expression);
		assertThat(query.metrics()).as(expression).isNotEmpty();
		query.metrics().forEach((metric, asked) -> {
			assertThat(labels(metric)).as(metric + " in " + expression).containsAll(asked.keySet());
			asked.forEach((label, values) -> assertThat(values(metric, label))
				.as(label + " of " + metric + " in " + expression)
				.containsAll(values));
			assertThat(labels(metric)).as(metric + " in " + expression).containsAll(query.grouping());
		});
	}

	private static Set<String> labels(String metric) {
		assertThat(prometheus.labels()).containsKey(metric);
		Set<String> labels = new TreeSet<>(OF_PROMETHEUS);
		labels.addAll(prometheus.labels().get(metric).keySet());
		return labels;
	}

	private static Set<String> values(String metric, String label) {
		return prometheus.labels().get(metric).getOrDefault(label, Set.of());
	}

	@SuppressWarnings("unchecked")
	private static List<Map<String, Object>> list(Object value) {
		return (List<Map<String, Object>>) value;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		/** The trace of the current thread, as tracing would have it. */
		static final ThreadLocal<String> TRACE = new ThreadLocal<>();

		@Bean
		Partners partners() {
			return new Partners();
		}

		@Bean
		SpanContext spanContext() {
			return new SpanContext() {

				@Override
				public String getCurrentTraceId() {
					return TRACE.get();
				}

				@Override
				public String getCurrentSpanId() {
					return "00f067aa0ba902b7";
				}

				@Override
				public boolean isCurrentSpanSampled() {
					return TRACE.get() != null;
				}

				@Override
				public void markCurrentSpanAsExemplar() {
				}

			};
		}

	}

	static class Partners {

		@RateLimited(value = "chat", key = "#partner", unless = "#partner == 'sk-secret'")
		void call(String partner) {
		}

	}

}
