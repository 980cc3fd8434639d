package io.github.ratelimit.web.server;

import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.expression.RequestFacts;
import io.github.ratelimit.permit.LimitedRequest;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.view.InternalResourceView;

/** The limited resources: handlers of Spring MVC, a plain servlet, a static page. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class Controllers {

	final AtomicInteger reached = new AtomicInteger();

	@Bean
	ServletRegistrationBean<HttpServlet> plainServlet() {
		AtomicInteger count = this.reached;
		return new ServletRegistrationBean<>(new HttpServlet() {

			@Override
			protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
				count.incrementAndGet();
				response.getWriter().write("servlet");
			}

		}, "/plain/v1/*");
	}

	@RestController
	static class Handlers {

		private final AtomicInteger reached;

		private final LimitedRequest.Current scope;

		private final RequestFacts.Current facts;

		private final RateLimiter limiter;

		Handlers(Controllers counter, LimitedRequest.Current scope, RequestFacts.Current facts, RateLimiter limiter) {
			this.reached = counter.reached;
			this.scope = scope;
			this.facts = facts;
			this.limiter = limiter;
		}

		@RequestMapping("/v1/chat")
		String chat() {
			this.reached.incrementAndGet();
			return "chat";
		}

		@GetMapping("/v1/async")
		Callable<String> async() {
			LimitedRequest before = this.scope.get();
			return () -> {
				this.reached.incrementAndGet();
				return "same scope: " + (before != null && before == this.scope.get());
			};
		}

		@GetMapping("/v1/forward")
		InternalResourceView forward() {
			return new InternalResourceView("/v1/chat");
		}

		@GetMapping("/v1/fails")
		String fails() {
			throw new IllegalStateException("The application's own failure");
		}

		@GetMapping("/v1/facts")
		String facts(HttpServletRequest request) {
			RequestFacts current = this.facts.get();
			return (current != null) ? current.ip() + " " + current.path() + " " + current.user() : "none";
		}

		@GetMapping("/unlimited/refused")
		String refused() {
			this.limiter.tryAcquire("chat", "somebody", 2);
			throw new RateLimitExceededException(this.limiter.tryAcquire("chat", "somebody", 2));
		}

		@GetMapping("/unlimited/ok")
		String unlimited() {
			return "ok";
		}

	}

}
