package io.github.ratelimit.autoconfigure.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.RateLimited;
import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitMethodAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitWebAutoConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ByteArrayResource;

/**
 * What those write who see the starter for the first time: start-up names the place, and
 * with what it says to write the application starts without a warning.
 */
@ExtendWith(OutputCaptureExtension.class)
class BeginnersMistakesTests {

	private static final Pattern CODE = Pattern.compile("\\n    Code: RL[1-4]\\d\\d\\n|\\[RL5\\d\\d]$");

	private static final String RULE = """
			  http:
			    rules:
			      - path: /v1/**
			        limits: chat
			""";

	private static final String CHAT = """
			ratelimit:
			  limits:
			    chat:
			      rate: 10/min
			      key: ip
			""";

	private static final String CLIENT = """
			  clients:
			    openai:
			      requests: 5/s
			""";

	static Stream<Mistake> mistakes() {
		return Stream.of(Mistake.of("http: is indented too far", CHAT + RULE.indent(2), CHAT + RULE)
			.says("Property: ratelimit.limits.http.rules[0].", "is below limits", "Origin: [application.yml] - ",
					"Write ratelimit.http.rules[0].", "indent http: as deep as limits:"),
				Mistake.of("a rule has no dash", CHAT + RULE.replace("- ", "  "), CHAT + RULE)
					.says("Property: ratelimit.http.rules.", "is not in a list of rules",
							"Write ratelimit.http.rules[0].", "as in \"- path: /v1/**\""),
				Mistake
					.of("the path is the name of a rule", CHAT + "  http:\n    rules:\n      /v1/**: chat\n",
							CHAT + RULE)
					.says("is not in a list of rules",
							"Write ratelimit.http.rules[0].path: /v1/** and ratelimit.http.rules[0].limits: chat",
							"\"- path: /v1/**\""),
				Mistake.of("limits: is misspelt", (CHAT + RULE).replace("  limits:\n", "  limts:\n"), CHAT + RULE)
					.says("Property: ratelimit.http.rules[0].limits", "names a limit that does not exist",
							"Write ratelimit.limits.chat.rate instead of ratelimit.limts.chat.rate, which has no effect."),
				Mistake.of("limits: of a rule is misspelt", CHAT + RULE.replace("limits:", "limit:"), CHAT + RULE)
					.says("names no limit",
							"Write ratelimit.http.rules[0].limits instead of ratelimit.http.rules[0].limit"),
				Mistake.of("path: is misspelt", CHAT + RULE.replace("path:", "paths:"), CHAT + RULE)
					.says("It is missing",
							"Write ratelimit.http.rules[0].path instead of ratelimit.http.rules[0].paths"),
				Mistake
					.of("key: is misspelt", limit("rate: 10/min", "keys: [user, ip]"),
							limit("rate: 10/min", "key: [user, ip]"))
					.says("It is missing or empty",
							"Write ratelimit.limits.chat.key[0] instead of ratelimit.limits.chat.keys[0]"),
				Mistake.of("rules: is one text", CHAT + "  http:\n    rules: /v1/**\n", CHAT + RULE)
					.says("Property: ratelimit.http.rules", "Value: \"/v1/**\"", "is not a list", "- path: "),
				Mistake.of("everything is below spring:", "spring:\n" + (CHAT + RULE).indent(2), CHAT + RULE)
					.says("Property: spring.ratelimit.limits.chat.rate", "Value: \"10/min\"", "is below spring",
							"Write ratelimit.limits.chat.rate"),
				Mistake
					.of("the prefix is another one", (CHAT + RULE).replace("ratelimit:", "rate-limiter:"), CHAT + RULE)
					.says("Property: rate-limiter.limits.chat.rate", "its prefix is not ratelimit",
							"Write ratelimit.limits.chat.rate"),
				Mistake
					.of("the prefix above clients is another one", CHAT + RULE + "ratelimits:\n" + CLIENT,
							CHAT + RULE + CLIENT)
					.says("Property: ratelimits.clients.openai.requests", "its prefix is not ratelimit",
							"Write ratelimit.clients.openai.requests"),
				Mistake.of("limits: is left out", CHAT.replace("  limits:\n", ""), CHAT + RULE)
					.says("Property: ratelimit.chat.rate", "Write ratelimit.limits.chat.rate",
							"chat: belongs below limits:, indented"),
				Mistake.of("rules: is not below http:", CHAT + RULE.replace("  http:\n", "").indent(-2), CHAT + RULE)
					.says("Property: ratelimit.rules[0].", "Write ratelimit.http.rules[0].",
							"rules: belongs below http:, indented"),
				Mistake
					.of("permits have a separator", limit("rate: 1,000/min", "key: ip"),
							limit("rate: 1000/min", "key: ip"))
					.says("Property: ratelimit.limits.chat.rate[0]", "Value: \"1\"", "has no period",
							"Write 1000/min: a comma separates rates."),
				Mistake
					.of("the burst is a property", limit("rate: 10/min", "burst: 5", "key: ip"),
							limit("rate: 10/min burst 5", "key: ip"))
					.says("Property: ratelimit.limits.chat.burst", "Value: \"5\"", "a burst is part of a rate",
							"Write ratelimit.limits.chat.rate: 10/min burst 5"),
				Mistake
					.of("permits and period are two properties", limit("limit: 10", "period: 1m", "key: ip"),
							limit("rate: 10/min", "key: ip"))
					.says("Property: ratelimit.limits.chat.limit", "Value: \"10\"", "a rate is one text",
							"Write ratelimit.limits.chat.rate: 10/min"),
				Mistake
					.of("the rate has another name", limit("limit: 3/min", "key: ip"), limit("rate: 3/min", "key: ip"))
					.says("Property: ratelimit.limits.chat.limit", "Value: \"3/min\"", "a rate is one text",
							"Write ratelimit.limits.chat.rate: 3/min, and remove this property."),
				Mistake
					.of("the period is before the permits", limit("window: 30s", "quota: 5", "key: ip"),
							limit("rate: 5/30s", "key: ip"))
					.says("Property: ratelimit.limits.chat.window", "Write ratelimit.limits.chat.rate: 5/30s"),
				Mistake
					.of("a period is in words of another library",
							limit("limit-for-period: 5", "limit-refresh-period: 500ns", "key: ip"),
							limit("rate: 5/min", "key: ip"))
					.says("Property: ratelimit.limits.chat.limit-for-period",
							"Write ratelimit.limits.chat.rate: 5/min"),
				Mistake.of("a rule has a rate", CHAT + RULE.replace("limits: chat", "limits: 10/min"), CHAT + RULE)
					.says("Property: ratelimit.http.rules[0].limits", "Value: \"10/min\"",
							"A rule names limits: write for example ratelimit.limits.per-address.rate: 10/min"),
				Mistake
					.of("a comma is missing between keys", limit("rate: 10/min", "key: [user ip]"),
							limit("rate: 10/min", "key: [user, ip]"))
					.says("Property: ratelimit.limits.chat.key", "Value: \"user ip\"",
							"A comma separates the keys of which the first that has a value counts: "
									+ "key: [user, ip] in YAML, or coalesce(user, ip)."),
				Mistake
					.of("the limit has no name", "ratelimit:\n  limits:\n    rate: 3/min\n    key: ip\n",
							limit("rate: 3/min", "key: ip"))
					.says("The name of the limit is missing", "ratelimit.limits.<name>."),
				Mistake
					.of("a plan has properties",
							limit("rate: 10/min", "key: ip", "plan: claim('plan')",
									"plans: { pro: { rate: 100/min } }"),
							limit("rate: 10/min", "key: ip", "plan: claim('plan')", "plans: { pro: 100/min }"))
					.says("Property: ratelimit.limits.chat.plans.pro.rate", "Value: \"100/min\"",
							"Write ratelimit.limits.chat.plans.pro: 100/min."),
				Mistake
					.of("the period is a word", limit("rate: 10/minute", "key: ip"), limit("rate: 10/min", "key: ip"))
					.says("Property: ratelimit.limits.chat.rate", "Write '10/min'."),
				Mistake.of("the period is a number", limit("rate: 10/60", "key: ip"), limit("rate: 10/60s", "key: ip"))
					.says("Property: ratelimit.limits.chat.rate", "Value: \"10/60\"", "10/60s"),
				Mistake
					.of("the rate is a sentence", limit("rate: 10 per minute", "key: ip"),
							limit("rate: 10/min", "key: ip"))
					.says("Property: ratelimit.limits.chat.rate", "Value: \"10 per minute\"", "Write '10/min'."),
				Mistake
					.of("the burst has a colon", limit("rate: 10/min burst: 5", "key: ip"),
							limit("rate: 10/min burst 5", "key: ip"))
					.says("A YAML file cannot be read", "Write rate: 10/min burst 5."),
				Mistake
					.of("the key is known after the response", limit("rate: 10/min", "key: status"),
							limit("rate: 10/min", "key: ip", "count-when: status == 401"))
					.says("reads status, which is not known before the response",
							"for example key: ip and count-when: status == 401"),
				Mistake
					.of("a variable of count-when is misspelt",
							limit("rate: 10/min", "key: ip", "count-when: stauts == 401"),
							limit("rate: 10/min", "key: ip", "count-when: status == 401"))
					.says("Did you mean status? The variables are status, ip, method and path;"),
				Mistake
					.of("a rate and a number of calls at once", limit("rate: 10/min", "max-concurrent: 5", "key: ip"),
							limit("rate: 10/min", "key: ip")
								.replace("    chat:\n", "    slots: {max-concurrent: 5, key: ip}\n    chat:\n")
								.replace("limits: chat", "limits: chat, slots"))
					.says("Make two limits of it, one with the rate and one with max-concurrent"),
				Mistake
					.of("the key begins a comment", limit("rate: 10/min", "key: #id"),
							limit("rate: 10/min", "key: user"))
					.says("Property: ratelimit.limits.chat.key", "'key: #id' is an empty key and a comment",
							"an argument such as #id is a key of @RateLimited only", "user or ip"),
				Mistake
					.of("the header has no quotes", besideAddress(limit("rate: 10/min", "key: header(X-Api-Key)")),
							besideAddress(limit("rate: 10/min", "key: header('X-API-Key')")))
					.says("Property: ratelimit.limits.chat.key", "Value: \"header(X-Api-Key)\"",
							"a name that is not in quotes", "header('X-API-Key')"),
				Mistake
					.of("the plan is a condition",
							limit("rate: 10/min", "key: ip", "plan: hasRole('PARTNER')", "plans: {partner: 60/min}"),
							limit("rate: 10/min", "key: ip", "plan: \"hasRole('PARTNER') ? 'partner' : null\"",
									"plans: {partner: 60/min}"))
					.says("Property: ratelimit.limits.chat.plan", "is true or false, not a plan",
							"\"hasRole('PARTNER') ? 'partner' : null\", in double quotes"),
				Mistake
					.of("the plan is not quoted",
							limit("rate: 10/min", "key: ip", "plan: hasRole('PARTNER') ? 'partner' : null",
									"plans: {partner: 60/min}"),
							limit("rate: 10/min", "key: ip", "plan: \"hasRole('PARTNER') ? 'partner' : null\"",
									"plans: {partner: 60/min}"))
					.says("hasRole('PARTNER') ? 'partner' : null", "line 6", "Put the expression in double quotes"),
				Mistake
					.of("the subnet has bits behind its prefix",
							limit("rate: 10/min", "key: ip", "unless: inSubnet('10.0.0.1/8')"),
							limit("rate: 10/min", "key: ip", "unless: inSubnet('10.0.0.0/8')"))
					.says("Property: ratelimit.limits.chat.unless", "Value: \"inSubnet('10.0.0.1/8')\"",
							"Write 10.0.0.0/8 for the subnet"),
				Mistake
					.of("a role has no quotes", limit("rate: 10/min", "key: ip", "unless: hasRole(PARTNER)"),
							limit("rate: 10/min", "key: ip", "unless: hasRole('PARTNER')"))
					.says("Property: ratelimit.limits.chat.unless", "a name that is not in quotes",
							"hasRole('PARTNER')"),
				Mistake.of("a rule names another limit", CHAT + RULE.replace("chat", "chta"), CHAT + RULE)
					.says("Property: ratelimit.http.rules[0].limits", "Value: \"chta\"", "does not exist",
							"Write 'chat'"),
				Mistake
					.of("a method is misspelt", CHAT + RULE + "        methods: PSOT\n",
							CHAT + RULE + "        methods: POST\n")
					.says("Property: ratelimit.http.rules[0].methods", "Value: \"PSOT\"", "Did you mean POST?"),
				Mistake
					.of("the mode is another word", limit("rate: 10/min", "key: ip", "mode: dry-run"),
							limit("rate: 10/min", "key: ip", "mode: shadow"))
					.says("Property: ratelimit.limits.chat.mode", "Value: \"dry-run\"", "Write enforce or shadow"),
				Mistake
					.of("a duration has the unit of a rate", limit("rate: 10/s", "key: ip", "max-wait: 1min"),
							limit("rate: 10/s", "key: ip", "max-wait: 1m"))
					.says("Property: ratelimit.limits.chat.max-wait", "Value: \"1min\"", "cannot be read as a duration",
							"Did you mean 1m?"),
				Mistake
					.of("a duration is a word", limit("rate: 10/s", "key: ip", "max-wait: soon"),
							limit("rate: 10/s", "key: ip", "max-wait: 2s"))
					.says("Value: \"soon\"",
							"Write how long a call may be queued, such as 2s, or remove it. "
									+ "The units are ms, s, m, h and d."),
				Mistake
					.of("a number is a word", limit("max-concurrent: many", "key: ip"),
							limit("max-concurrent: 10", "key: ip"))
					.says("Property: ratelimit.limits.chat.max-concurrent", "cannot be read as a whole number",
							"Write how many calls may be in flight at once, such as 10."),
				Mistake
					.of("a switch is a word", limit("rate: 10/s", "key: ip", "hide-headers: please"),
							limit("rate: 10/s", "key: ip", "hide-headers: true"))
					.says("Property: ratelimit.limits.chat.hide-headers", "is neither true nor false",
							"Write true or false."),
				Mistake
					.of("the key of a client is one of a limit", CHAT + CLIENT + "      key: ip\n" + RULE,
							CHAT + CLIENT + "      key: host\n" + RULE)
					.says("Property: ratelimit.clients.openai.key", "Value: \"ip\"", "is not known",
							"Write credential, model or host."),
				Mistake
					.of("a model with a version has a value",
							CHAT + CLIENT + "      models: {gpt-4.1*: 500/min}\n" + RULE,
							CHAT + CLIENT + "      models: {gpt-4.1*: {requests: 500/min}}\n" + RULE)
					.says("Property: ratelimit.clients.openai.models.gpt-4.1*", "Value: \"500/min\"",
							"is written where a group of properties is expected",
							"Write for example ratelimit.clients.openai.models.gpt-4.1*.requests: 500/min."),
				Mistake.of("an annotation names another limit", CHAT + RULE, CHAT + RULE)
					.with(Misspelt.class, Limited.class)
					.says("BeginnersMistakesTests$Misspelt.answer()", "Value: \"chta\"", "Write \"chat\""),
				Mistake.of("an argument has no #", CHAT + RULE, CHAT + RULE)
					.with(ArgumentAsVariable.class, ArgumentOfMethod.class)
					.says("BeginnersMistakesTests$ArgumentAsVariable.answer(String)", "Value: \"id\"",
							"Did you mean the argument #id?"),
				Mistake
					.of("a property has a typing error", limit("rate: 10/min", "key: ip", "hide-header: true"),
							limit("rate: 10/min", "key: ip", "hide-headers: true"))
					.says("Property 'ratelimit.limits.chat.hide-header'", "application.yml", "has no effect",
							"Did you mean 'ratelimit.limits.chat.hide-headers'?"),
				Mistake.of("nothing uses the limit", CHAT, CHAT + RULE)
					.says("Limit 'chat' is not bound to a path or a method", "ratelimit.http.rules[0].limits: chat"),
				Mistake
					.of("clients can invent keys", limit("rate: 10/min", "key: header('X-API-Key')"),
							besideAddress(limit("rate: 10/min", "key: header('X-API-Key')")))
					.says("Rule '/v1/**' limits calls only by what clients send, in chat",
							"ratelimit.limits.address.rate: 300/min", "ratelimit.limits.address.key: ip",
							"limits: address, chat"),
				Mistake
					.of("clients can exempt themselves",
							limit("rate: 10/min", "key: ip", "unless: header('X-Internal') == 'yes'"),
							limit("rate: 10/min", "key: ip", "unless: inSubnet('10.0.0.0/8')"))
					.says("Limit 'chat' exempts calls by header('X-Internal') == 'yes'",
							"callers can exempt themselves", "inSubnet('…')"),
				Mistake
					.of("clients can exempt themselves from a rule",
							CHAT + RULE.stripTrailing() + "\n        unless: header('X-Internal') == 'yes'\n",
							CHAT + RULE.stripTrailing() + "\n        unless: inSubnet('10.0.0.0/8')\n")
					.says("Rule ratelimit.http.rules[0] exempts calls by header('X-Internal') == 'yes'"),
				Mistake.of("a method calls a limited one of its own class", CHAT + RULE, CHAT + RULE)
					.with(SelfCalling.class, Limited.class)
					.says("Method 'SelfCalling.all' calls 'SelfCalling.answer' of the same object",
							"Put @RateLimited on all"));
	}

	private static String besideAddress(String yaml) {
		return yaml.replace("    chat:\n", "    address: {rate: 300/min, key: ip}\n    chat:\n")
			.replace("limits: chat", "limits: address, chat");
	}

	private static String limit(String... lines) {
		return "ratelimit:\n  limits:\n    chat:\n      " + String.join("\n      ", lines) + "\n" + RULE;
	}

	@ParameterizedTest
	@MethodSource("mistakes")
	void aMistakeIsMendedByWhatStartUpSays(Mistake mistake, CapturedOutput output) {
		String said = start(mistake.wrong(), mistake.wrongCode(), output);
		assertThat(said).contains(mistake.says()).containsPattern(CODE);
		assertThat(start(mistake.mended(), mistake.mendedCode(), output)).isEmpty();
	}

	/** Returns the failure, or else the warnings, empty if there is neither. */
	private static String start(String yaml, @Nullable Class<?> code, CapturedOutput output) {
		StringBuilder said = new StringBuilder();
		int before = output.length();
		Environment[] environment = new Environment[1];
		WebApplicationContextRunner runner = new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(RateLimitAutoConfiguration.class,
					RateLimitWebAutoConfiguration.class, RateLimitMethodAutoConfiguration.class))
			.withInitializer((context) -> environment[0] = addFile(context, yaml));
		((code != null) ? runner.withUserConfiguration(code) : runner).run((context) -> {
			if (context.getStartupFailure() != null) {
				FailureAnalysis analysis = Failures.analyze(context.getStartupFailure(), environment[0]);
				assertThat(analysis).as("analysis of " + context.getStartupFailure()).isNotNull();
				said.append(analysis.getDescription()).append("\n").append(analysis.getAction());
			}
		});
		if (said.isEmpty()) {
			output.toString().substring(before).lines().filter((line) -> line.contains("WARN")).forEach(said::append);
		}
		return said.toString().replace("Byte array resource ", "");
	}

	private static Environment addFile(ConfigurableApplicationContext context, String yaml) {
		ByteArrayResource resource = new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8), "application.yml");
		try {
			new YamlPropertySourceLoader().load("application.yml", resource)
				.forEach(context.getEnvironment().getPropertySources()::addLast);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return context.getEnvironment();
	}

	/**
	 * A mistake.
	 *
	 * @param name what is wrong
	 * @param wrong the file with the mistake
	 * @param mended the file without it
	 * @param wrongCode the code with the mistake, null for none
	 * @param mendedCode the code without it, null for none
	 * @param says what start-up says of it
	 */
	private record Mistake(String name, String wrong, String mended, @Nullable Class<?> wrongCode,
			@Nullable Class<?> mendedCode, List<String> says) {

		static Mistake of(String name, String wrong, String mended) {
			return new Mistake(name, wrong, mended, null, null, List.of());
		}

		Mistake with(Class<?> wrongCode, Class<?> mendedCode) {
			return new Mistake(this.name, this.wrong, this.mended, wrongCode, mendedCode, this.says);
		}

		Mistake says(String... texts) {
			return new Mistake(this.name, this.wrong, this.mended, this.wrongCode, this.mendedCode, List.of(texts));
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

	static class Misspelt {

		@RateLimited("chta")
		public String answer() {
			return "";
		}

	}

	static class ArgumentAsVariable {

		@RateLimited(rate = "10/min", key = "id")
		public String answer(String id) {
			return id;
		}

	}

	static class ArgumentOfMethod {

		@RateLimited(rate = "10/min", key = "#id")
		public String answer(String id) {
			return id;
		}

	}

	static class Limited {

		@RateLimited("chat")
		public String all() {
			return answer() + answer();
		}

		private String answer() {
			return "";
		}

	}

	static class SelfCalling {

		public String all() {
			return answer() + answer();
		}

		@RateLimited("chat")
		public String answer() {
			return "";
		}

	}

}
