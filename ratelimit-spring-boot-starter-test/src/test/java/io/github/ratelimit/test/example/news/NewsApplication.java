package io.github.ratelimit.test.example.news;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The application of the examples of tests. */
@SpringBootApplication
class NewsApplication {

}
