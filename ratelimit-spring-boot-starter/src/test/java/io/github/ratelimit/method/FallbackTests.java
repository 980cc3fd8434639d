package io.github.ratelimit.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** The method that is called instead of a refused one. */
class FallbackTests {

	private static AnnotationConfigApplicationContext context;

	private Search search;

	@BeforeEach
	void start() {
		close();
		context = LimiterConfiguration.start(Search.class);
		this.search = context.getBean(Search.class);
		for (int i = 0; i < 3; i++) {
			this.search.usesUpTheLimit();
		}
	}

	@AfterAll
	static void close() {
		if (context != null) {
			context.close();
		}
	}

	@Test
	void aFallbackTakesTheSameArguments() {
		assertThat(this.search.find("ann", 2)).isEqualTo("cached ann 2");
	}

	@Test
	void aFallbackTakesTheExceptionAfterThem() {
		assertThat(this.search.explain("ann")).startsWith("ann: Limit 'everyone' is exceeded");
	}

	@Test
	void aFallbackTakesASupertypeOfTheException() {
		assertThat(this.search.explainBroadly("ann")).startsWith("broadly ann: Limit 'everyone' is exceeded");
	}

	@Test
	void aFallbackWithTheExceptionIsPreferred() {
		assertThat(this.search.overloaded()).isEqualTo("with exception");
	}

	@Test
	void aFallbackOfASuperclassIsFound() {
		assertThat(this.search.inherited()).isEqualTo("from the superclass");
	}

	@Test
	void aStaticFallbackIsFound() {
		assertThat(this.search.findStatically("ann")).isEqualTo("static ann");
	}

	@Test
	void aFallbackMayReturnASubtype() {
		assertThat(this.search.wide()).isEqualTo("narrow");
	}

	@Test
	void aFallbackOfPrimitivesIsCalled() {
		assertThat(this.search.count(3)).isEqualTo(-3);
	}

	@Test
	void aFallbackOfVarargsIsCalled() {
		assertThat(this.search.join("a", "b")).isEqualTo("2 refused");
	}

	@Test
	void aFallbackWithoutAResultIsCalled() {
		assertThatNoException().isThrownBy(() -> this.search.run());
	}

	@Test
	void aFallbackReturnsItsOwnFuture() {
		assertThat(this.search.later()).isCompletedWithValue("later");
	}

	@Test
	void theAnnotationOfAFallbackIsNotApplied() {
		assertThat(this.search.withLimitedFallback()).isEqualTo("although limited");
	}

	@Test
	void anExceptionOfAFallbackIsThrownUnwrapped() {
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.search.failing())
			.withMessage("nothing cached")
			.withNoCause();
	}

	@Test
	void aFallbackIsFoundThroughGenerics() {
		try (AnnotationConfigApplicationContext other = LimiterConfiguration.start(Names.class)) {
			Names names = other.getBean(Names.class);
			for (int i = 0; i < 3; i++) {
				names.get("ann");
			}
			assertThat(names.get("ann")).isEqualTo("cached ann");
		}
	}

	abstract static class Cached {

		private String ofSuperclass() {
			return "from the superclass";
		}

	}

	static class Search extends Cached {

		@RateLimited("everyone")
		public void usesUpTheLimit() {
		}

		@RateLimited(value = "everyone", fallback = "cached")
		public String find(String name, int page) {
			return "found";
		}

		private String cached(String name, int page) {
			return "cached " + name + " " + page;
		}

		@RateLimited(value = "everyone", fallback = "explained")
		public String explain(String name) {
			return "found";
		}

		String explained(String name, RateLimitExceededException refusal) {
			return name + ": " + refusal.getMessage();
		}

		@RateLimited(value = "everyone", fallback = "explainedBroadly")
		public String explainBroadly(String name) {
			return "found";
		}

		String explainedBroadly(String name, Exception refusal) {
			return "broadly " + name + ": " + refusal.getMessage();
		}

		@RateLimited(value = "everyone", fallback = "other")
		public String overloaded() {
			return "found";
		}

		String other() {
			return "without";
		}

		String other(String unrelated) {
			return "wrong";
		}

		String other(RuntimeException refusal) {
			return "with exception";
		}

		@RateLimited(value = "everyone", fallback = "ofSuperclass")
		public String inherited() {
			return "found";
		}

		@RateLimited(value = "everyone", fallback = "ofClass")
		public String findStatically(String name) {
			return "found";
		}

		private static String ofClass(String name) {
			return "static " + name;
		}

		@RateLimited(value = "everyone", fallback = "narrow")
		public Object wide() {
			return "found";
		}

		String narrow() {
			return "narrow";
		}

		@RateLimited(value = "everyone", fallback = "countRefused")
		public int count(int n) {
			return n;
		}

		int countRefused(int n) {
			return -n;
		}

		@RateLimited(value = "everyone", fallback = "joinRefused")
		public String join(String... parts) {
			return "found";
		}

		String joinRefused(String... parts) {
			return parts.length + " refused";
		}

		@RateLimited(value = "everyone", fallback = "runRefused")
		public void run() {
			throw new IllegalStateException("has to be refused");
		}

		void runRefused() {
		}

		@RateLimited(value = "everyone", fallback = "laterRefused")
		public CompletableFuture<String> later() {
			return CompletableFuture.completedFuture("now");
		}

		CompletableFuture<String> laterRefused() {
			return CompletableFuture.completedFuture("later");
		}

		@RateLimited(value = "everyone", fallback = "limitedFallback")
		public String withLimitedFallback() {
			return "found";
		}

		@RateLimited("everyone")
		public String limitedFallback() {
			return "although limited";
		}

		@RateLimited(value = "everyone", fallback = "failingFallback")
		public String failing() throws IOException {
			return "found";
		}

		String failingFallback() throws IOException {
			throw new IOException("nothing cached");
		}

	}

	abstract static class Repository<K, V> {

		@RateLimited(value = "everyone", fallback = "cached")
		public V get(K key) {
			return find(key);
		}

		abstract V find(K key);

		abstract V cached(K key);

	}

	static class Names extends Repository<String, String> {

		@Override
		String find(String key) {
			return "found " + key;
		}

		@Override
		String cached(String key) {
			return "cached " + key;
		}

	}

}
