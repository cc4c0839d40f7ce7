#pragma once

#include "effects/network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace cudasetup::test {

/// One answer of a server that never was.
struct FakeAnswer {
  effects::HttpHead head;
  std::string body = {};
  /// Comes after the body; without, the transfer ends well.
  std::optional<base::Error> error = {};
  /// Called before the first piece, and before each further piece, of the body.
  std::function<void()> before_piece = {};
};

/// Gives its answers in order, one to a request, and fails the test at a request too many. A body comes in pieces of
/// `piece_bytes`; the requests are answered one after the other.
class FakeNetwork : public effects::Network {
public:
  /// How a file of @p total bytes is answered from its byte @p from on.
  static FakeAnswer file(const std::string& whole, std::string validator = "\"v1\"", std::size_t from = 0)
  {
    FakeAnswer answer;
    answer.head.status = from == 0 ? 200 : 206;
    answer.head.total_bytes = whole.size();
    answer.head.validator = std::move(validator);
    answer.body = whole.substr(from);
    return answer;
  }
  static FakeAnswer status(int number)
  {
    FakeAnswer answer;
    answer.head.status = number;
    return answer;
  }
  /// No answer at all.
  static FakeAnswer broken(std::string why = "the connection broke")
  {
    FakeAnswer answer;
    answer.error = base::make_error(base::ErrorKind::network, std::move(why));
    return answer;
  }

  FakeNetwork& answer(FakeAnswer next)
  {
    m_answers.push_back(std::move(next));
    return *this;
  }

  const std::vector<effects::HttpRequest>& requests() const { return m_requests; }
  std::size_t unused() const { return m_answers.size(); }
  std::size_t piece_bytes = 4096;

  effects::TransferId start(effects::HttpRequest request, effects::HttpSink sink) override
  {
    m_requests.push_back(request);
    m_under_way.push_back({++m_last, std::move(request), std::move(sink)});
    return m_last;
  }
  void stop(effects::TransferId id) override
  {
    std::erase_if(m_under_way, [id](const UnderWay& one) { return one.id == id; });
  }
  std::vector<effects::EndedTransfer> wait(std::chrono::milliseconds) override
  {
    const UnderWay one = std::move(m_under_way.front());
    m_under_way.pop_front();
    return {{one.id, answer_to(one.request, one.sink)}};
  }

private:
  struct UnderWay {
    effects::TransferId id = 0;
    effects::HttpRequest request;
    effects::HttpSink sink;
  };

  base::Result<effects::HttpHead> answer_to(const effects::HttpRequest& request, const effects::HttpSink& sink)
  {
    if (m_answers.empty()) {
      ADD_FAILURE() << "unexpected request: " << request.url.text();
      return base::fail(base::ErrorKind::network, "unexpected request");
    }
    const FakeAnswer answer = std::move(m_answers.front());
    m_answers.pop_front();
    if (answer.head.status != 0) {
      CUDASETUP_TRY(sink.on_head(answer.head));
    }
    const bool is_success = answer.head.status >= 200 && answer.head.status < 300;
    for (std::size_t at = 0; is_success && at < answer.body.size(); at += piece_bytes) {
      if (answer.before_piece) {
        answer.before_piece();
      }
      const std::string piece = answer.body.substr(at, piece_bytes);
      CUDASETUP_TRY(sink.on_data({piece.data(), piece.size()}));
    }
    if (answer.error) {
      return base::fail(*answer.error);
    }
    return answer.head;
  }

  std::deque<FakeAnswer> m_answers;
  std::vector<effects::HttpRequest> m_requests;
  std::deque<UnderWay> m_under_way;
  effects::TransferId m_last = 0;
};

} // namespace cudasetup::test
