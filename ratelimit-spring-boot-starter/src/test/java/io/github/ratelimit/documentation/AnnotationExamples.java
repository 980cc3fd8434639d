package io.github.ratelimit.documentation;

import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;

/** Examples of docs/annotation.md. */
final class AnnotationExamples {

	private AnnotationExamples() {
	}

	static class Searches {

		private final Index index;

		private final Reports reports;

		private final Model model;

		Searches(Index index, Reports reports, Model model) {
			this.index = index;
			this.reports = reports;
			this.model = model;
		}

		@RateLimited("search")
		public List<String> search(String text) {
			return this.index.find(text);
		}

		@RateLimited(rate = "10/min", key = "#customerId")
		public byte[] export(String customerId) {
			return this.reports.of(customerId);
		}

		@RateLimited({ "search", "everyone" })
		public List<String> searchAll(String text) {
			return this.index.findAll(text);
		}

		@RateLimited("everyone")
		@RateLimited(rate = "1/min", key = "#customerId")
		public void rebuild(String customerId) {
			this.index.rebuild(customerId);
		}

		@RateLimited(value = "tokens", cost = "#request.maxTokens()", settle = "#result.totalTokens()")
		public Answer ask(Request request) {
			return this.model.answer(request);
		}

		@RateLimited(value = "search", fallback = "cached")
		public List<String> suggest(String text) {
			return this.index.suggest(text);
		}

		private List<String> cached(String text, RateLimitExceededException refusal) {
			return List.of("Try again in " + refusal.retryAfter().toSeconds() + " s");
		}

	}

	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@RateLimited(rate = "3/h", key = "#email")
	@interface SendsMail {

	}

	interface Index {

		List<String> find(String text);

		List<String> findAll(String text);

		List<String> suggest(String text);

		void rebuild(String customerId);

	}

	interface Reports {

		byte[] of(String customerId);

	}

	interface Model {

		Answer answer(Request request);

	}

	record Request(String question, long maxTokens) {
	}

	record Answer(String text, long totalTokens) {
	}

}
