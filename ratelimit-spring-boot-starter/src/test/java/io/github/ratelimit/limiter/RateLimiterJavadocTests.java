package io.github.ratelimit.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.web.util.HtmlUtils;

/**
 * The example in the Javadoc of {@link RateLimiter}: it compiles, and does what it shows.
 */
class RateLimiterJavadocTests {

	@Test
	void theExampleIsTheClassThatIsTestedHere() throws IOException {
		String javadoc = between(source("main", "RateLimiter"), "<pre class=\"code\">", "</pre>");
		String example = javadoc.lines()
			.map((line) -> HtmlUtils.htmlUnescape(line.replaceFirst("^ \\* ?", "")))
			.filter((line) -> !line.isBlank())
			.reduce("", (lines, line) -> lines + line + "\n");
		String mailer = source("test", "limiter/Mailer");
		String tested = mailer.substring(mailer.indexOf("@Service"))
			.lines()
			.filter((line) -> !line.isBlank())
			.reduce("", (lines, line) -> lines + line.replace("\t", "    ") + "\n");

		assertThat(example).startsWith("@Service").isEqualTo(tested);
	}

	@Test
	void theExampleSendsAsLongAsTheLimitAllows() {
		ManualTime time = new ManualTime();
		LimitRegistry registry = new LimitRegistry();
		registry.register(Limit.of("mail", Rate.parse("2/min")), List.of());
		Mailer mailer = new Mailer(StoreRateLimiter.create(registry, new MemoryStore(time, 10), new KillSwitch(true),
				new LimiterFailures(time)));

		assertThat(List.of(mailer.send("ann"), mailer.send("ann"), mailer.send("ann"))).containsExactly(true, true,
				false);
		assertThat(mailer.send("bob")).isTrue();
		time.advance(Duration.ofSeconds(30));
		assertThat(mailer.send("ann")).isTrue();
	}

	private static String source(String kind, String type) throws IOException {
		return Files.readString(Path.of("src", kind, "java", "io", "github", "ratelimit", type + ".java"));
	}

	private static String between(String text, String start, String end) {
		int from = text.indexOf(start) + start.length();
		return text.substring(from, text.indexOf(end, from));
	}

}
