package io.github.ratelimit.store.redis.bucket4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.BucketExceptions.BucketExecutionException;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/** The example of the reference: it compiles, and does what it shows. */
@Tag("redis")
class RedisBucketsExampleTests {

	@Test
	void theExampleIsTheClassThatIsTestedHere() throws IOException {
		String reference = Files.readString(Path.of("..", "docs", "reference.md"));
		String section = reference.substring(reference.indexOf("### Bucket4j buckets in Redis"));
		int start = section.indexOf("```java\n") + 8;
		String example = section.substring(start, section.indexOf("```", start));
		String tested = Files.readString(Path.of("src", "test", "java", "io", "github", "ratelimit", "store", "redis",
				"bucket4j", "Exports.java"));

		assertThat(example).startsWith("@Configuration")
			.isEqualTo(tested.substring(tested.indexOf("@Configuration\n")).replace("\t", "    "));
	}

	@Test
	void theExampleAllowsTen() {
		SharedRedis.flush();
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.registerBean(RedisConnectionFactory.class,
					() -> BucketTestClient.LETTUCE.connections(SharedRedis.server().port()));
			context.register(Exports.class);
			context.refresh();
			ProxyManager<String> buckets = context.getBeanProvider(ProxyManager.class)
				.stream()
				.findFirst()
				.orElseThrow();
			AtomicInteger allowed = new AtomicInteger();
			AtomicInteger unanswered = new AtomicInteger();
			Polling.until(BucketTestClient.PATIENT, "refused", () -> {
				try {
					return !Exports.mayExport(buckets, "ann") || allowed.incrementAndGet() > 10;
				}
				catch (BucketExecutionException ex) {
					// its deadline is as short as in an application; its token is taken
					// late
					unanswered.incrementAndGet();
					return false;
				}
			});
			assertThat(allowed.get()).isLessThanOrEqualTo(10);
			assertThat(allowed.get() + unanswered.get()).isGreaterThanOrEqualTo(10);
			assertThat(buckets.getProxyConfiguration("ann")).contains(Exports.TEN_AN_HOUR);
		}
	}

}
